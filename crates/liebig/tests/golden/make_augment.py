"""Reference values for the augmentations, made with PyTorch.

    python tests/golden/make_augment.py        (PyTorch 2.15, safetensors)

Writes augment.safetensors beside this script. Images x, weights w and directions v are rounded to bfloat16, which
is exact in every precision; everything is then computed in double precision and stored in single. For each
batch and operation: the parameters of each image, the result y, the gradient g of sum(w y^3) with respect to x,
and the gradient of <v, g> with respect to x.
"""

import pathlib

import torch
from safetensors.torch import save_file

from augmentations import OPERATIONS, rounded

# Images that are not square, of odd sides, and grey ones of even sides; the parameters fit both.
BATCHES = {"odd": (3, 3, 9, 7), "grey": (3, 1, 8, 8)}
# All exact in bfloat16. Cutouts: in the middle, out at a corner, and out at a side.
PARAMETERS = {
    "color": [(0.25, 0.5, 1.25), (-0.4375, 1.875, 0.625), (0.125, 0.0, 1.0)],
    "crop": [(1, -1), (-1, 0), (0, 1)],
    "cutout": [(4, 3), (0, 0), (6, 7)],
    "flip": [(1,), (0,), (1,)],
    "scale": [(1.125, 0.875), (0.84375, 1.1875), (1.0, 1.0)],
    "rotate": [(11.25,), (-14.5,), (0.5,)],
}


def main():
    torch.manual_seed(20260102)
    torch.set_num_threads(1)
    half, single = torch.bfloat16, torch.float32
    out = {}
    for batch, shape in BATCHES.items():
        x, w, v = (rounded(torch.randn(shape, dtype=torch.float64)) for _ in range(3))
        out |= {f"{batch}.{name}": value.to(half) for name, value in zip("xwv", (x, w, v))}
        for name, operation in OPERATIONS.items():
            x = x.detach().requires_grad_()
            y = operation(x, PARAMETERS[name])
            g, = torch.autograd.grad((w * y ** 3).sum(), x, create_graph=True)
            second, = torch.autograd.grad((v * g).sum(), x)
            values = {"parameters": torch.tensor(PARAMETERS[name], dtype=torch.float64),
                      "y": y, "gradient": g, "second": second}
            for key, value in values.items():
                out[f"{batch}.{name}.{key}"] = value.detach().to(single).contiguous()
    path = pathlib.Path(__file__).parent / "augment.safetensors"
    save_file(out, path)
    path.chmod(0o644)


if __name__ == "__main__":
    main()
