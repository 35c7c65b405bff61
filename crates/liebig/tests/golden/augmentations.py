"""The six operations of differentiable Siamese augmentation in PyTorch, with given parameters.

Each takes a batch [n, c, h, w] and a list of parameters, one set for every image. Grids have -1 and 1 at
the centres of the outermost pixels (align_corners=True), and zero comes in from outside.
"""

import math

import torch
from torch.nn import functional as F


def sampled(x, matrices):
    grid = F.affine_grid(torch.tensor(matrices, dtype=x.dtype), list(x.shape), align_corners=True)
    return F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=True)


def flip(x, parameters):
    return torch.stack([image.flip(-1) if mirrored else image
                        for image, (mirrored,) in zip(x, parameters)])


def scale(x, parameters):
    return sampled(x, [[[sx, 0, 0], [0, sy, 0]] for sx, sy in parameters])


def rotate(x, parameters):
    """Rigid in pixels: grid coordinates of an oblong image are stretched, which is undone here."""
    height, width = x.shape[2] - 1, x.shape[3] - 1
    matrices = []
    for degrees, in parameters:
        sin, cos = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
        matrices.append([[cos, -sin * height / width, 0], [sin * width / height, cos, 0]])
    return sampled(x, matrices)


def crop(x, parameters):
    """Row and column of the result's first pixel, counted in the image within a wide frame of zeros."""
    height, width = x.shape[2:]
    frame = F.pad(x, (width, width, height, height))
    windows = [image[:, height + int(down):2 * height + int(down),
                     width + int(right):2 * width + int(right)]
               for image, (down, right) in zip(frame, parameters)]
    return torch.stack(windows)


def cutout(x, parameters):
    """A square of half the image's sides around (row, column), clipped at the borders."""
    mask = torch.ones_like(x)
    sides = [int(side * 0.5 + 0.5) for side in x.shape[2:]]
    for image, centre in zip(mask, parameters):
        starts = [int(at) - side // 2 for at, side in zip(centre, sides)]
        rows, columns = (slice(max(start, 0), start + side) for start, side in zip(starts, sides))
        image[:, rows, columns] = 0
    return x * mask


def color(x, parameters):
    """What is added to brightness, and the factors of saturation and contrast."""
    brightness, saturation, contrast = (
        values.view(-1, 1, 1, 1) for values in torch.tensor(parameters, dtype=x.dtype).T)
    x = x + brightness
    grey = x.mean(1, keepdim=True)
    x = (x - grey) * saturation + grey
    flat = x.mean((1, 2, 3), keepdim=True)
    return (x - flat) * contrast + flat


OPERATIONS = {"color": color, "crop": crop, "cutout": cutout, "flip": flip, "scale": scale,
              "rotate": rotate}


def rounded(tensor):
    """To bfloat16 and back: exact in every precision."""
    return tensor.to(torch.bfloat16).to(torch.float64)
