"""Reference values for gradients through whole trainings, made with PyTorch.

    python tests/golden/make_unrolled.py        (PyTorch 2.11, safetensors)

Writes `unrolled.safetensors` beside this script. A small ConvNet with instance normalisation takes ten
steps on images with learnt soft labels, each step with a step size of its own; PyTorch differentiates
the graph of all steps: the cross-entropy of a batch with the last weights, with respect to images,
labels, step sizes and the weights at the start. Precision and rounding are those of
`make_reference.py`, whose network this is. `torch.optim` takes the same steps and has to end at the
same weights. In the case `adam_window` the first four steps are taken without a graph.
"""

import torch
from torch.func import functional_call
from torch.nn import functional as F

from make_reference import ConvNet, perturb, rounded, write

CLASSES, IMAGES, REAL, STEPS = 3, 5, 8, 10
SHAPE = (1, 12, 12)
OPTIONS = {"width": 8, "depth": 2}
CASES = {
    "sgd": {"momentum": 0.0, "weight_decay": 0.0},
    "momentum": {"momentum": 0.9, "weight_decay": 0.0},
    "momentum_decay": {"momentum": 0.9, "weight_decay": 5e-4},
    "adam": {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0},
    "adam_decay": {"betas": (0.8, 0.99), "eps": 1e-4, "weight_decay": 5e-4},
    "adam_window": {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0},
}


def soft_cross_entropy(logits, labels):
    return -(labels * F.log_softmax(logits, 1)).sum(1).mean()


def step(weights, buffers, gradient, lr, count, options):
    """One step of SGD or Adam, differentiable; `count` starts at 1."""
    moved, kept = [], []
    for i, (w, g) in enumerate(zip(weights, gradient)):
        d = g + options["weight_decay"] * w
        if "betas" not in options:
            m = options["momentum"] * buffers[i] + d if buffers else d
            moved.append(w - lr * m)
            kept.append(m)
            continue
        b1, b2 = options["betas"]
        m, v = buffers[i] if buffers else (torch.zeros_like(w), torch.zeros_like(w))
        m, v = b1 * m + (1 - b1) * d, b2 * v + (1 - b2) * d**2
        # The derivative of the root at 0 is infinite, and the gradient would not be a number.
        root = torch.where(v > 0, v / (1 - b2**count), 1.0).sqrt() * (v > 0) + options["eps"]
        moved.append(w - lr * (m / (1 - b1**count)) / root)
        kept.append((m, v))
    return moved, kept


def with_torch_optim(net, names, start, images, labels, lr, options):
    """The weights that `torch.optim` ends at."""
    weights = [w.detach().clone().requires_grad_() for w in start]
    make = torch.optim.Adam if "betas" in options else torch.optim.SGD
    optimizer = make(weights, lr=0.1, **options)
    for rate in lr:
        optimizer.param_groups[0]["lr"] = rate.item()
        logits = functional_call(net, dict(zip(names, weights)), images.detach())
        loss = soft_cross_entropy(logits, labels.detach())
        for weight, gradient in zip(weights, torch.autograd.grad(loss, weights)):
            weight.grad = gradient
        optimizer.step()
    return weights


def unroll(net, names, start, images, labels, lr, options, without_graph):
    """The weights before the first step with a graph, and those after the last step."""
    first, buffers = start, []
    for count in range(without_graph):
        logits = functional_call(net, dict(zip(names, first)), images.detach())
        gradient = torch.autograd.grad(soft_cross_entropy(logits, labels.detach()), first)
        first, buffers = step(first, buffers, gradient, lr[count].detach(), count + 1, options)
        first = [w.detach().requires_grad_() for w in first]
        buffers = [tuple(b.detach() for b in pair) for pair in buffers]
    weights = first
    for count in range(without_graph, len(lr)):
        logits = functional_call(net, dict(zip(names, weights)), images)
        gradient = torch.autograd.grad(soft_cross_entropy(logits, labels), weights, create_graph=True)
        weights, buffers = step(weights, buffers, gradient, lr[count], count + 1, options)
    return first, weights


def main():
    torch.manual_seed(20260203)
    torch.set_num_threads(1)
    net = ConvNet(SHAPE, CLASSES, **OPTIONS).double()
    perturb(net)
    names = [name for name, _ in net.named_parameters()]
    start = [parameter.detach() for parameter in net.parameters()]
    images = rounded(torch.randn(IMAGES, *SHAPE, dtype=torch.float64))
    classes = torch.arange(IMAGES) % CLASSES
    labels = rounded(torch.randn(IMAGES, CLASSES, dtype=torch.float64) + torch.eye(CLASSES)[classes])
    x = rounded(torch.randn(REAL, *SHAPE, dtype=torch.float64))
    y = torch.randint(CLASSES, (REAL,))
    half, single = torch.bfloat16, torch.float32
    out = {f"state.{name}": weight.to(half) for name, weight in zip(names, start)}
    out |= {"images": images.to(half), "labels": labels.to(half), "real.x": x.to(half), "real.y": y}
    for case, options in CASES.items():
        scale = 0.005 if "betas" in options else 0.05
        lr = rounded(scale * (1 + 0.1 * torch.arange(STEPS, dtype=torch.float64)))
        images.requires_grad_()
        labels.requires_grad_()
        rates = lr.clone().requires_grad_()
        variables = [w.detach().requires_grad_() for w in start]
        without_graph = 4 if case == "adam_window" else 0
        first, last = unroll(net, names, variables, images, labels, rates, options, without_graph)
        expected = with_torch_optim(net, names, start, images, labels, lr, options)
        for ours, theirs in zip(last, expected):
            torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-7)  # rounding moves biases that the norm cancels
        loss = F.cross_entropy(functional_call(net, dict(zip(names, last)), x), y)
        gradients = torch.autograd.grad(loss, [images, labels, rates, *first])
        assert all(gradient.isfinite().all() for gradient in gradients)
        out[f"{case}.lr"] = lr.to(single)
        out[f"{case}.loss"] = loss.detach().reshape(1).to(single)
        out[f"{case}.of_images"], out[f"{case}.of_labels"], out[f"{case}.of_lr"] = (
            gradient.to(single) for gradient in gradients[:3])
        for name, weight, gradient in zip(names, last, gradients[3:]):
            out[f"{case}.last.{name}"] = weight.detach().to(single)
            out[f"{case}.of_start.{name}"] = gradient.to(single)
    metadata = {"model": "convnet", "classes": str(CLASSES), "input": " ".join(map(str, SHAPE))}
    metadata |= {key: str(value) for key, value in OPTIONS.items()}
    write("unrolled", {key: value.detach().contiguous() for key, value in out.items()}, metadata)


if __name__ == "__main__":
    main()
