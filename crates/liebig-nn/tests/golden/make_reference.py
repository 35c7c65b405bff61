"""Reference values for liebig-nn's tests, made with PyTorch.

    python tests/golden/make_reference.py        (PyTorch 2.11, NumPy, safetensors)

Writes one .safetensors file per network and one for the optimisers beside this script. Weights and
images are rounded to bfloat16, which is exact in every precision and halves the files; everything is
then computed in double precision and stored in single, so that what a test sees is Liebig's own
rounding. Settings that the tests need to rebuild a network are in each file's metadata.
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

HERE = pathlib.Path(__file__).parent
ACTIVATIONS = {"sigmoid": nn.Sigmoid, "relu": nn.ReLU, "silu": nn.SiLU,
               "leaky_relu": lambda: nn.LeakyReLU(0.01)}
POOLINGS = {"max": lambda: nn.MaxPool2d(2), "avg": lambda: nn.AvgPool2d(2)}


def norm_layer(kind, channels, height, width):
    if kind == "batch":
        return nn.BatchNorm2d(channels)
    if kind == "layer":
        return nn.LayerNorm([channels, height, width])
    return nn.GroupNorm(channels if kind == "instance" else 4, channels)


class ConvNet(nn.Module):
    def __init__(self, shape, classes, width=128, depth=3, norm="instance", activation="relu",
                 pooling="avg"):
        super().__init__()
        channels, height, wide = shape
        layers = []
        for block in range(depth):
            pad = 3 if channels == 1 and block == 0 else 1
            height, wide = height + 2 * pad - 2, wide + 2 * pad - 2
            layers.append(nn.Conv2d(channels, width, 3, padding=pad))
            if norm != "none":
                layers.append(norm_layer(norm, width, height, wide))
            layers.append(ACTIVATIONS[activation]())
            if pooling != "none":
                layers.append(POOLINGS[pooling]())
                height, wide = height // 2, wide // 2
            channels = width
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(width * height * wide, classes)

    def embed(self, x):
        return self.features(x).flatten(1)

    def forward(self, x):
        return self.classifier(self.embed(x))


class MLP(nn.Module):
    def __init__(self, shape, classes, width=128):
        super().__init__()
        self.fc_1 = nn.Linear(shape[0] * shape[1] * shape[2], width)
        self.fc_2 = nn.Linear(width, width)
        self.fc_3 = nn.Linear(width, classes)

    def forward(self, x):
        return self.fc_3(F.relu(self.fc_2(F.relu(self.fc_1(x.flatten(1))))))


class LeNet(nn.Module):
    def __init__(self, shape, classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(shape[0], 6, 5, padding=2 if shape[0] == 1 else 0), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2))
        flat = self.features(torch.zeros(1, *shape)).numel()
        self.fc_1 = nn.Linear(flat, 120)
        self.fc_2 = nn.Linear(120, 84)
        self.fc_3 = nn.Linear(84, classes)

    def forward(self, x):
        x = self.features(x).flatten(1)
        return self.fc_3(F.relu(self.fc_2(F.relu(self.fc_1(x)))))


def rounded(tensor):
    return tensor.to(torch.bfloat16).to(torch.float64)


def rows(tensor):
    """One row per output; nothing of biases, scales and shifts of one dimension."""
    return tensor.flatten(1)


def distance(kind, synthetic, real):
    """The matching distances of dataset condensation; `ours` is the row-wise cosine."""
    if kind == "ours":
        total = 0.0
        for s, r in zip(synthetic, real):
            if s.dim() == 1:
                continue
            s, r = rows(s), rows(r)
            total = total + (1 - (s * r).sum(1) / (s.norm(dim=1) * r.norm(dim=1) + 1e-6)).sum()
        return total
    s = torch.cat([tensor.flatten() for tensor in synthetic])
    r = torch.cat([tensor.flatten() for tensor in real])
    if kind == "mse":
        return ((s - r) ** 2).sum()
    return 1 - (s * r).sum() / (s.norm() * r.norm() + 1e-6)


def perturb(model):
    """Scales and shifts away from 1 and 0, so that mistakes with them show."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.unique().numel() == 1:
                parameter.add_(0.3 * torch.randn_like(parameter))
            parameter.copy_(rounded(parameter))


def write(name, tensors, metadata=None):
    path = HERE / f"{name}.safetensors"
    save_file(tensors, path, metadata)
    path.chmod(0o644)


def network(name, model_name, make, shape, classes, real=5, synthetic=2, **options):
    model = make(shape, classes, **options).double()
    perturb(model)
    half, single = torch.bfloat16, torch.float32
    out = {f"state.{key}": value.to(half) for key, value in model.named_parameters()}
    named = dict(model.named_parameters())

    x = rounded(torch.randn(real, *shape, dtype=torch.float64))
    y = torch.randint(classes, (real,))
    out["real.x"], out["real.y"] = x.to(half), y.to(torch.int64)
    norms = [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)]
    logits = model(x)
    loss = F.cross_entropy(logits, y)
    gradient = torch.autograd.grad(loss, list(named.values()))
    out["real.logits"], out["real.loss"] = logits.to(single), loss.reshape(1).to(single)
    out |= {f"gradient.{key}": value.to(single) for key, value in zip(named, gradient)}
    if norms:
        for key, value in model.named_buffers():
            if "running" in key:
                out[f"running.{key}"] = value.clone().to(single)
        model.eval()
        out["real.eval_logits"] = model(x).to(single)
        model.train()

    s = rounded(torch.randn(synthetic, *shape, dtype=torch.float64)).requires_grad_()
    sy = torch.randint(classes, (synthetic,))
    out["synthetic.x"], out["synthetic.y"] = s.detach().to(half), sy.to(torch.int64)
    for kind in ("ours", "mse", "cos"):
        of_synthetic = torch.autograd.grad(
            F.cross_entropy(model(s), sy), list(named.values()), create_graph=True)
        value = distance(kind, of_synthetic, gradient)
        out[f"distance.{kind}"] = value.reshape(1).to(single)
        out[f"distance.{kind}.images"] = torch.autograd.grad(value, s)[0].to(single)

    metadata = {"model": model_name, "classes": str(classes),
                "input": " ".join(str(size) for size in shape)}
    metadata |= {key: str(value) for key, value in options.items()}
    out = {key: value.detach().contiguous() for key, value in out.items()}
    write(name, out, metadata)


def trajectory(make, steps=5):
    """Two weights moved along given gradients."""
    weights = [nn.Parameter(rounded(torch.randn(3, 4, dtype=torch.float64))),
               nn.Parameter(rounded(torch.randn(4, dtype=torch.float64)))]
    out = {f"start.{i}": weight.detach().clone() for i, weight in enumerate(weights)}
    optimizer = make(weights)
    for step in range(steps):
        for i, weight in enumerate(weights):
            weight.grad = rounded(torch.randn_like(weight))
            out[f"gradient.{step}.{i}"] = weight.grad.clone()
        optimizer.step()
        for i, weight in enumerate(weights):
            out[f"weight.{step}.{i}"] = weight.detach().clone()
    return {key: value.to(torch.float32) for key, value in out.items()}


def optimizers():
    sgd, adam = torch.optim.SGD, torch.optim.Adam
    cases = {
        "sgd": lambda w: sgd(w, lr=0.1),
        "sgd_momentum": lambda w: sgd(w, lr=0.1, momentum=0.9),
        "sgd_momentum_decay": lambda w: sgd(w, lr=0.05, momentum=0.5, weight_decay=0.01),
        "sgd_decay": lambda w: sgd(w, lr=0.1, weight_decay=0.1),
        "adam": lambda w: adam(w, lr=0.01),
        "adam_decay": lambda w: adam(w, lr=0.02, betas=(0.5, 0.9), weight_decay=0.1),
    }
    out = {}
    for name, make in cases.items():
        out |= {f"{name}.{key}": value for key, value in trajectory(make).items()}
    write("optimizers", out)


def main():
    torch.manual_seed(20260101)
    torch.set_num_threads(1)
    network("convnet_instance", "convnet", ConvNet, (3, 16, 12), 5, width=8, depth=3)
    network("convnet_grey", "convnet", ConvNet, (1, 28, 28), 4, width=8, depth=3)
    network("convnet_batch", "convnet", ConvNet, (3, 8, 12), 4, width=8, depth=2, norm="batch",
            activation="leaky_relu", pooling="max")
    network("convnet_layer", "convnet", ConvNet, (3, 9, 7), 3, width=4, depth=2, norm="layer",
            activation="sigmoid", pooling="none")
    network("convnet_group", "convnet", ConvNet, (2, 10, 7), 4, width=8, depth=2, norm="group",
            activation="silu", pooling="avg")
    network("convnet_plain", "convnet", ConvNet, (3, 8, 8), 4, width=4, depth=1, norm="none",
            pooling="max")
    network("mlp", "mlp", MLP, (3, 6, 5), 4, width=16)
    network("lenet", "lenet", LeNet, (1, 12, 16), 3)
    optimizers()


if __name__ == "__main__":
    main()
