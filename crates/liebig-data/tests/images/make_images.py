"""Makes the image files in this folder, and for each what PIL reads from it (`NAME.EXT.ppm`): upright, on white, 8 bits.

    python make_images.py        # needs numpy and Pillow
"""

import pathlib

import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 18, 11  # neither fills whole blocks of 8


def smooth(seed):
    coarse = np.random.default_rng(seed).integers(0, 256, (3, 4, 3)).astype(np.uint8)
    return Image.fromarray(coarse).resize((WIDTH, HEIGHT), Image.BICUBIC)


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def expected(path):
    image = Image.open(path)
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        grey = np.rint(np.asarray(image) / 257).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    if image.mode in ("P", "LA", "RGBA") or "transparency" in image.info:
        pixels = np.asarray(image.convert("RGBA")).astype(int)
        alpha = pixels[..., 3:]
        return Image.fromarray(((pixels[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8))
    return image.convert("RGB")


def main():
    for old in HERE.glob("*"):
        if old.suffix != ".py":
            old.unlink()
    image = smooth(0)
    frames = [smooth(seed) for seed in (1, 2)]
    grey = image.convert("L")
    cmyk = image.convert("CMYK")
    alpha = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH)).astype(np.uint8)
    alpha[:2] = 0
    pixels = np.dstack([np.asarray(image), alpha])
    pixels[:2, :, :3] = (255, 0, 255)  # a colour that must not be seen
    see_through = Image.fromarray(pixels)
    palette = image.quantize(16)

    def save(name, image, **options):
        image.save(HERE / name, **options)

    save("baseline_444.jpg", image, quality=95, subsampling=0)
    save("progressive_420.jpg", image, quality=95, subsampling=2, progressive=True)
    save("grey.jpg", grey, quality=95)
    save("rgb_by_adobe_marker.jpg", image, quality=95, keep_rgb=True)
    save("cmyk.jpg", cmyk, quality=95)
    save("restarts.jpg", image, quality=95, subsampling=0, restart_marker_blocks=1)
    for orientation in (1, 6):
        save(f"orientation_{orientation}.jpg", image, quality=95, subsampling=0, exif=exif(orientation))
    # The same data with the marker of the other colour space of four channels.
    ycck = (HERE / "cmyk.jpg").read_bytes()
    at = ycck.index(b"Adobe") + 11
    (HERE / "ycck.jpg").write_bytes(ycck[:at] + b"\x02" + ycck[at + 1 :])
    # A video behind the picture, as telephones append it, in which a start of a scan comes last.
    (HERE / "video_behind.jpg").write_bytes((HERE / "baseline_444.jpg").read_bytes() + b"ftypmp42\xff\xd8\xff\xda junk")

    save("rgba.png", see_through)
    save("grey_alpha.png", see_through.convert("LA"))
    save("palette_alpha.png", palette, transparency=bytes([0] * 4 + [100] * 4 + [255] * 8))
    save("palette_one_transparent.png", palette, transparency=0)
    save("one_bit.png", image.convert("1"))
    save("grey_16.png", Image.fromarray(np.asarray(grey).astype(np.uint16) * 250 + 77))
    save("animated.png", image, save_all=True, append_images=frames)
    save("orientation_5.png", image, exif=exif(5))

    save("animated.gif", image, save_all=True, append_images=frames)
    save("transparent.gif", palette, transparency=3)
    save("lossy.webp", image, quality=90)
    save("lossless_alpha.webp", see_through, lossless=True, exact=True)
    save("lossy_alpha.webp", see_through, quality=90)
    save("animated.webp", image, save_all=True, append_images=frames, lossless=True)
    save("orientation_8.webp", image, lossless=True, exif=exif(8))
    save("palette.bmp", palette)
    save("rgb.bmp", image)
    save("lzw.tif", image, compression="tiff_lzw")
    save("grey_16.tif", Image.fromarray(np.asarray(grey).astype(np.uint16) * 250 + 77))
    save("palette.tif", palette, compression="packbits")
    save("cmyk.tif", cmyk, compression="tiff_adobe_deflate")
    save("pages.tif", image, save_all=True, append_images=frames)
    save("orientation_7.tif", image, tiffinfo={0x0112: 7})
    save("rgb.ppm", image)
    save("one_bit.pbm", image.convert("1"))
    for path in sorted(HERE.glob("*.*")):
        if path.suffix != ".py":
            expected(path).save(f"{path}.ppm")


if __name__ == "__main__":
    main()
