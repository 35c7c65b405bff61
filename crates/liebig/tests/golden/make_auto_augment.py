"""Reference values for AutoAugment's operations, made with Pillow.

    python tests/golden/make_auto_augment.py        (Pillow 13.0)

Writes auto_augment.safetensors beside this script: images of bytes, and under IMAGE/OPERATION/STRENGTH what Pillow makes of
them. All values are bytes, which bfloat16 holds exactly.
"""

import json
import pathlib
import random
import struct

from PIL import Image, ImageEnhance, ImageOps

WIDTH, HEIGHT = 20, 24
AFFINE = Image.Transform.AFFINE


def moved(image, matrix):
    return image.transform(image.size, AFFINE, matrix)


OPERATIONS = {
    "AutoContrast": (lambda image, _: ImageOps.autocontrast(image), [0]),
    "Brightness": (lambda image, by: ImageEnhance.Brightness(image).enhance(by), [0.3, 1.7]),
    "Color": (lambda image, by: ImageEnhance.Color(image).enhance(by), [0.3, 1.7]),
    "Contrast": (lambda image, by: ImageEnhance.Contrast(image).enhance(by), [0.3, 1.7]),
    "Equalize": (lambda image, _: ImageOps.equalize(image), [0]),
    "Invert": (lambda image, _: ImageOps.invert(image), [0]),
    "Posterize": (lambda image, by: ImageOps.posterize(image, by), [5]),
    "Rotate": (lambda image, by: image.rotate(by), [20]),
    "Sharpness": (lambda image, by: ImageEnhance.Sharpness(image).enhance(by), [0.3, 1.7]),
    "ShearY": (lambda image, by: moved(image, (1, 0, 0, by, 1, 0)), [-0.23]),
    "Solarize": (lambda image, by: ImageOps.solarize(image, by), [113]),
    "TranslateX": (lambda image, by: moved(image, (1, 0, -by, 0, 1, 0)), [-4]),
    "TranslateY": (lambda image, by: moved(image, (1, 0, 0, 0, 1, -by)), [7]),
}


def planes(image):
    """The bytes of an image, plane by plane."""
    return b"".join(channel.tobytes() for channel in image.split())


def main():
    random.seed(20260102)
    # Not the whole range, smooth from pixel to pixel in part.
    shade = lambda place, channel: 30 + 5 * (place // WIDTH) + 20 * channel + random.randrange(40)
    tensors = {}
    for name, mode, channels in [("color", "RGB", 3), ("grey", "L", 1)]:
        pixels = bytes(shade(place, channel) for place in range(WIDTH * HEIGHT) for channel in range(channels))
        image = Image.frombytes(mode, (WIDTH, HEIGHT), pixels)
        tensors[name] = planes(image)
        for operation, (apply, strengths) in OPERATIONS.items():
            if operation == "Color" and channels == 1:
                continue
            for strength in strengths:
                tensors[f"{name}/{operation}/{strength}"] = planes(apply(image, strength))
    header, data = {}, b""
    for name, values in tensors.items():
        # The upper half of each single.
        half = b"".join(struct.pack("<f", value)[2:] for value in values)
        shape = [len(values) // (WIDTH * HEIGHT), HEIGHT, WIDTH]
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [len(data), len(data) + len(half)]}
        data += half
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path = pathlib.Path(__file__).parent / "auto_augment.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    main()
