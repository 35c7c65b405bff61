"""Reference values for trajectory matching, made with PyTorch.

    python tests/golden/make_trajectory.py        (PyTorch 2.x, safetensors)

Writes trajectory.safetensors beside this script: the ConvNet of make_matching.py with weights start.NAME, where a
student begins, and target.NAME, where it should arrive; six images of 3 classes with learnt logits; ten steps of
gradient descent at the rate lr on the mean cross-entropy with the softmax of the logits, each on the images batch.I
after the transformation draw.I (in the metadata; the same for every image of the step).

loss is |w - target|^2 / |start - target|^2 of the last weights w; of_images, of_logits and of_lr are its gradients
through the whole graph. tesla.* are those in which the weights before each step count as constants, but the last
weights are a sum over the steps.

Weights and images are rounded to bfloat16, which is exact in every precision; everything is then computed in
double precision and stored in single.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch.func import functional_call
from torch.nn import functional as F

from augmentations import rounded
from make_matching import ConvNet, augmented

IMAGES, STEPS, LR = 6, 10, 0.05
BATCHES = [[0, 1, 2, 3], [4, 5], [3, 1, 5, 0], [2, 4], [5, 4, 3, 2], [1, 0], [0, 2, 4], [1, 3, 5], [0, 5, 1], [2, 3, 4]]
DRAWS = [[("rotate", (11.25,))], [("color", (0.25, 0.5, 1.25))], [("flip", (1,))], [("scale", (0.875, 1.125))],
         [("crop", (-1, 2))], [("cutout", (3, 12))], [("rotate", (-7.5,))], [("flip", (0,))], [("crop", (2, 1))],
         [("color", (-0.125, 1.5, 0.75))]]


def gradient(model, weights, images, logits, step, create_graph):
    """The gradient of a step's loss with respect to the weights."""
    batch = BATCHES[step]
    outputs = functional_call(model, weights, (augmented(images[batch], DRAWS[step]),))
    loss = F.cross_entropy(outputs, logits[batch].softmax(1))
    return torch.autograd.grad(loss, list(weights.values()), create_graph=create_graph)


def distance(weights, start, target):
    square = lambda left, right: sum(((left[name] - right[name]) ** 2).sum() for name in target)
    return square(weights, target) / square(start, target)


def exact(model, start, target, images, logits, lr):
    weights = {name: value.clone().requires_grad_() for name, value in start.items()}
    for step in range(STEPS):
        slopes = gradient(model, weights, images, logits, step, True)
        weights = {name: value - lr * slope for (name, value), slope in zip(weights.items(), slopes)}
    return distance(weights, start, target)


def tesla(model, start, target, images, logits, lr):
    """The weights before each step are constants; what the steps subtract is not."""
    weights = {name: value.clone().requires_grad_() for name, value in start.items()}
    last = {name: value.clone() for name, value in start.items()}
    for step in range(STEPS):
        slopes = gradient(model, weights, images, logits, step, True)
        last = {name: value - lr * slope for (name, value), slope in zip(last.items(), slopes)}
        weights = {name: (value - lr * slope).detach().requires_grad_()
                   for (name, value), slope in zip(weights.items(), slopes)}
    return distance(last, start, target)


def main():
    torch.manual_seed(20260104)
    torch.set_num_threads(1)
    half, single = torch.bfloat16, torch.float32
    model = ConvNet().double()
    start = {name: rounded(value.detach() + 0.1 * torch.randn_like(value)) for name, value in model.named_parameters()}
    target = {name: rounded(value + 0.05 * torch.randn_like(value)) for name, value in start.items()}
    images = rounded(torch.randn(IMAGES, 3, 16, 16, dtype=torch.float64)).requires_grad_()
    logits = rounded(2 * torch.randn(IMAGES, 3, dtype=torch.float64)).requires_grad_()
    lr = torch.tensor(LR, dtype=torch.float64, requires_grad=True)
    out = {f"start.{name}": value.to(half) for name, value in start.items()}
    out |= {f"target.{name}": value.to(half) for name, value in target.items()}
    out |= {"images": images.to(half), "logits": logits.to(half), "lr": lr.reshape(1).to(single)}
    for prefix, run in (("", exact), ("tesla.", tesla)):
        loss = run(model, start, target, images, logits, lr)
        of_images, of_logits, of_lr = torch.autograd.grad(loss, [images, logits, lr])
        out |= {f"{prefix}loss": loss.reshape(1).to(single), f"{prefix}of_images": of_images.to(single),
                f"{prefix}of_logits": of_logits.to(single), f"{prefix}of_lr": of_lr.reshape(1).to(single)}
    metadata = {}
    for step, (draw, batch) in enumerate(zip(DRAWS, BATCHES)):
        metadata[f"draw.{step}"] = " | ".join(" ".join([name, *map(str, parameters)]) for name, parameters in draw)
        metadata[f"batch.{step}"] = " ".join(map(str, batch))
    out = {key: value.detach().contiguous() for key, value in out.items()}
    path = pathlib.Path(__file__).parent / "trajectory.safetensors"
    save_file(out, path, metadata)
    path.chmod(0o644)


if __name__ == "__main__":
    main()
