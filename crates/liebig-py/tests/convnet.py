"""The ConvNet of the field (Gidaris and Komodakis 2018; Zhao et al. 2021) in plain PyTorch, as `liebig models convnet` describes it."""

from __future__ import annotations

import torch
from torch import nn


class ConvNet(nn.Module):
    """`depth` blocks of convolution, instance normalisation, ReLU and average pooling, and a linear layer."""

    def __init__(self, shape: tuple[int, ...] = (1, 28, 28), classes: int = 10, width: int = 128, depth: int = 3) -> None:
        super().__init__()
        channels, height, _ = shape
        layers: list[nn.Module] = []
        for block in range(depth):
            padding = 3 if block == 0 and channels == 1 else 1  # makes 28 pixels 32
            layers += [
                nn.Conv2d(channels, width, 3, padding=padding),
                nn.GroupNorm(width, width, affine=True),
                nn.ReLU(),
                nn.AvgPool2d(2),
            ]
            height = (height + 2 * (padding - 1)) // 2
            channels = width
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(width * height * height, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.classifier(self.features(x).flatten(1))
        return scores
