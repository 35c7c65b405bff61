"""Reference values for networks that were added later, made with PyTorch.

    python tests/golden/make_networks.py [NAME ...]      (PyTorch 2.15, NumPy, safetensors)

Everything is as in `make_reference.py`, but each network has a seed of its own, so that adding one does
not change the files of the others.
"""

import sys

import torch
from make_reference import network, norm_layer
from torch import nn
from torch.nn import functional as F


def outputs(layers, shape):
    """How many values they give for a sample; evaluated, so that no running statistics change."""
    count = layers.eval()(torch.zeros(1, *shape)).numel()
    layers.train()
    return count


class AlexCifarNet(nn.Module):
    def __init__(self, shape, classes, width=64):
        super().__init__()
        norm = {"size": 4, "alpha": 0.001 / 9, "beta": 0.75, "k": 1}
        self.features = nn.Sequential(
            nn.Conv2d(shape[0], width, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
            nn.LocalResponseNorm(**norm),
            nn.Conv2d(width, width, 5, padding=2), nn.ReLU(), nn.LocalResponseNorm(**norm),
            nn.MaxPool2d(3, 2, 1))
        flat = outputs(self.features, shape)
        self.classifier = nn.Sequential(
            nn.Linear(flat, 6 * width), nn.ReLU(), nn.Linear(6 * width, 3 * width), nn.ReLU(),
            nn.Linear(3 * width, classes))
        with torch.no_grad():  # Responses so large that their normalisation shows.
            self.features[0].weight.mul_(64)
            self.classifier[0].weight.div_(32)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class Lstm(nn.Module):
    def __init__(self, shape, classes, hidden=128, layers=1):
        super().__init__()
        channels, height, width = shape
        self.by_rows = height > 1
        self.lstm = nn.LSTM(channels * width if self.by_rows else channels, hidden, layers,
                            batch_first=True)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, x):
        n, channels, height, width = x.shape
        if self.by_rows:
            rows = x.transpose(1, 2).reshape(n, height, channels * width)
        else:
            rows = x.squeeze(2).transpose(1, 2)
        states, _ = self.lstm(rows)
        return self.fc(states[:, -1])


def norm_or_nothing(kind, channels):
    return [] if kind == "none" else [norm_layer(kind, channels, None, None)]


class AlexNet(nn.Module):
    def __init__(self, shape, classes, width=128, norm="none"):
        super().__init__()
        pad = 4 if shape[0] == 1 else 2
        wide = width * 3 // 2
        layers, channels = [], shape[0]
        for count, side, padding, pool in [
                (width, 5, pad, True), (wide, 5, 2, True), (2 * width, 3, 1, False),
                (wide, 3, 1, False), (wide, 3, 1, True)]:
            layers += [nn.Conv2d(channels, count, side, padding=padding),
                       *norm_or_nothing(norm, count), nn.ReLU()]
            layers += [nn.MaxPool2d(2)] if pool else []
            channels = count
        self.features = nn.Sequential(*layers)
        self.fc = nn.Linear(outputs(self.features, shape), classes)

    def forward(self, x):
        return self.fc(self.features(x).flatten(1))


class Vgg11(nn.Module):
    def __init__(self, shape, classes, width=64, norm="instance"):
        super().__init__()
        layers, channels = [], shape[0]
        for factor in [1, "pool", 2, "pool", 4, 4, "pool", 8, 8, "pool", 8, 8, "pool"]:
            if factor == "pool":
                layers.append(nn.MaxPool2d(2))
                continue
            pad = 3 if channels == 1 and not layers else 1
            layers += [nn.Conv2d(channels, factor * width, 3, padding=pad),
                       *norm_or_nothing(norm, factor * width), nn.ReLU()]
            channels = factor * width
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(outputs(self.features, shape), classes)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class BasicBlock(nn.Module):
    def __init__(self, channels, count, halve, norm, average):
        super().__init__()
        stride = 2 if halve and not average else 1
        self.pool = nn.AvgPool2d(2) if halve and average else nn.Identity()
        self.conv1 = nn.Conv2d(channels, count, 3, stride, 1, bias=False)
        self.bn1 = norm_layer(norm, count, None, None)
        self.conv2 = nn.Conv2d(count, count, 3, 1, 1, bias=False)
        self.bn2 = norm_layer(norm, count, None, None)
        self.shortcut = nn.Sequential()
        if halve:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, count, 1, stride, bias=False),
                *([nn.AvgPool2d(2)] if average else []), norm_layer(norm, count, None, None))

    def forward(self, x):
        y = self.pool(F.relu(self.bn1(self.conv1(x))))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class ResNet18(nn.Module):
    def __init__(self, shape, classes, width=64, norm="instance", stem="cifar", average=False):
        super().__init__()
        if stem == "cifar":
            self.conv1 = nn.Conv2d(shape[0], width, 3, 1, 1, bias=False)
        else:
            self.conv1 = nn.Conv2d(shape[0], width, 7, 2, 3, bias=False)
        self.bn1 = norm_layer(norm, width, None, None)
        self.pool = nn.Identity() if stem == "cifar" else nn.MaxPool2d(3, 2, 1)
        channels = width
        for stage in range(4):
            count = width << stage
            setattr(self, f"layer{stage + 1}", nn.Sequential(
                BasicBlock(channels, count, stage > 0, norm, average),
                BasicBlock(count, count, False, norm, average)))
            channels = count
        self.average = average
        flat = outputs(nn.Sequential(self.conv1, self.bn1, self.pool, self.layer1, self.layer2,
                                     self.layer3, self.layer4), shape)
        self.classifier = nn.Linear(flat if average else channels, classes)

    def embed(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return x.flatten(1) if self.average else x.mean((2, 3))

    def forward(self, x):
        return self.classifier(self.embed(x))


class ResNet18Ap(ResNet18):
    def __init__(self, shape, classes, **options):
        super().__init__(shape, classes, average=True, **options)


class Residual(nn.Module):
    """A function of normalised rows, with PyTorch's names of vit-pytorch: `norm` and `fn`."""

    def __init__(self, dim, fn):
        super().__init__()
        self.norm, self.fn = nn.LayerNorm(dim), fn

    def forward(self, x):
        return x + self.fn(self.norm(x))


class Attention(nn.Module):
    def __init__(self, dim, heads, dim_head):
        super().__init__()
        self.heads = heads
        self.to_qkv = nn.Linear(dim, 3 * heads * dim_head, bias=False)
        self.to_out = nn.Sequential(nn.Linear(heads * dim_head, dim))

    def forward(self, x):
        n, tokens, _ = x.shape
        q, k, v = (part.view(n, tokens, self.heads, -1).transpose(1, 2) for part in self.to_qkv(x).chunk(3, -1))
        # Written out: the fused one has no second derivative.
        y = (q @ k.transpose(2, 3) * q.shape[-1] ** -0.5).softmax(-1) @ v
        return self.to_out(y.transpose(1, 2).reshape(n, tokens, -1))


class FeedForward(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Identity(), nn.Linear(hidden, dim))

    def forward(self, x):
        return self.net(x)


class Layers(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        for attention, forward in self.layers:
            x = forward(attention(x))
        return x


class Vit(nn.Module):
    def __init__(self, shape, classes, patch=4, dim=512, depth=6, heads=8, dim_head=64, mlp_dim=512):
        super().__init__()
        channels, height, width = shape
        self.patch, tokens = patch, (height // patch) * (width // patch)
        self.pos_embedding = nn.Parameter(torch.randn(1, tokens + 1, dim))
        self.cls_token = nn.Parameter(torch.randn(1, 1, dim))
        self.to_patch_embedding = nn.Sequential(nn.Identity(), nn.Linear(channels * patch * patch, dim))
        layer = lambda: nn.ModuleList([Residual(dim, Attention(dim, heads, dim_head)),
                                       Residual(dim, FeedForward(dim, mlp_dim))])
        self.transformer = Layers([layer() for _ in range(depth)])
        self.mlp_head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, classes))

    def forward(self, x):
        n, c, h, w = x.shape
        p = self.patch
        x = x.view(n, c, h // p, p, w // p, p).permute(0, 2, 4, 3, 5, 1).reshape(n, -1, p * p * c)
        x = self.to_patch_embedding(x)
        x = torch.cat([self.cls_token.expand(n, 1, -1), x], 1) + self.pos_embedding
        return self.mlp_head(self.transformer(x)[:, 0])


CASES = {
    "alexcifarnet": (AlexCifarNet, (3, 9, 6), 4, {"width": 8}),
    "alexnet": (AlexNet, (3, 9, 17), 4, {"width": 4}),
    "alexnet_batch": (AlexNet, (1, 12, 8), 3, {"width": 4, "norm": "batch"}),
    "vgg11": (Vgg11, (1, 28, 30), 4, {"width": 2}),
    "vgg11_batch": (Vgg11, (3, 33, 32), 3, {"width": 2, "norm": "batch"}),
    "resnet18": (ResNet18, (3, 16, 21), 4, {"width": 2}),
    "resnet18_batch": (ResNet18, (2, 16, 16), 3, {"width": 2, "norm": "batch"}),
    "resnet18_imagenet": (ResNet18, (1, 33, 24), 3,
                          {"width": 2, "stem": "imagenet", "norm": "batch"}),
    "resnet18ap": (ResNet18Ap, (3, 16, 25), 4, {"width": 2}),
    "resnet18ap_batch": (ResNet18Ap, (1, 19, 16), 3, {"width": 2, "norm": "batch"}),
    "vit": (Vit, (3, 8, 12), 4, {"dim": 12, "depth": 2, "heads": 2, "dim_head": 5, "mlp_dim": 16}),
    "lstm": (Lstm, (2, 5, 3), 4, {"hidden": 6}),
    "lstm_deep": (Lstm, (1, 7, 4), 3, {"hidden": 5, "layers": 3}),
    "lstm_table": (Lstm, (1, 1, 9), 3, {"hidden": 7}),
}


def main():
    torch.set_num_threads(1)
    names = sys.argv[1:] or CASES
    for name in names:
        make, shape, classes, options = CASES[name]
        torch.manual_seed(int.from_bytes(name.encode()[-7:], "big"))
        network(name, make.__name__.lower(), make, shape, classes, **options)


if __name__ == "__main__":
    main()
