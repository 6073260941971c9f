# SPDX-License-Identifier: GPL-3.0-or-later
"""The sample's network: a small relative of MobileNetV3, 19 layers with weights.

As there, the early blocks have ReLU6 and the late ones hard-swish.
"""
from torch import nn


def _conv(inputs, outputs, kernel=1, stride=1, groups=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


class Stem(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.conv = _conv(3, outputs, 3)
        self.bn = nn.BatchNorm2d(outputs)
        self.act = nn.ReLU6()

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Separable(nn.Module):
    """Depthwise 3x3 of stride 2, then pointwise."""

    def __init__(self, inputs, outputs, activation):
        super().__init__()
        self.dw = _conv(inputs, inputs, 3, 2, inputs)
        self.dw_bn = nn.BatchNorm2d(inputs)
        self.dw_act = activation()
        self.pw = _conv(inputs, outputs)
        self.pw_bn = nn.BatchNorm2d(outputs)
        self.pw_act = activation()

    def forward(self, x):
        x = self.dw_act(self.dw_bn(self.dw(x)))
        return self.pw_act(self.pw_bn(self.pw(x)))


class Gate(nn.Module):
    """Squeeze and excite: channels scaled by a sigmoid of their own means."""

    def __init__(self, channels, hidden):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(channels, hidden, 1)
        self.relu = nn.ReLU()
        self.expand = nn.Conv2d(hidden, channels, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        return x * self.sigmoid(self.expand(self.relu(self.reduce(self.pool(x)))))


class Inverted(nn.Module):
    """Expand, depthwise, optional gate, project; the input is added at the end."""

    def __init__(self, channels, hidden, activation, kernel=3, gate=0):
        super().__init__()
        self.expand = _conv(channels, hidden)
        self.expand_bn = nn.BatchNorm2d(hidden)
        self.expand_act = activation()
        self.dw = _conv(hidden, hidden, kernel, 1, hidden)
        self.dw_bn = nn.BatchNorm2d(hidden)
        self.dw_act = activation()
        self.gate = Gate(hidden, gate) if gate else None
        self.project = _conv(hidden, channels)
        self.project_bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = self.expand_act(self.expand_bn(self.expand(x)))
        y = self.dw_act(self.dw_bn(self.dw(y)))
        if self.gate is not None:
            y = self.gate(y)
        return x + self.project_bn(self.project(y))


class Head(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.linear = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.linear(self.flatten(self.pool(x)))


class Glyphs(nn.Module):
    """[N, 3, 32, 32] to [N, classes] logits."""

    def __init__(self, classes):
        super().__init__()
        self.stem = Stem(16)
        self.block1 = Separable(16, 32, nn.ReLU6)
        self.block2 = Inverted(32, 64, nn.ReLU6)
        self.block3 = Separable(32, 48, nn.ReLU6)
        self.block4 = Inverted(48, 96, nn.Hardswish, gate=24)
        self.block5 = Inverted(48, 96, nn.Hardswish, kernel=5)
        self.block6 = Separable(48, 96, nn.Hardswish)
        self.head = Head(96, classes)

    def forward(self, x):
        for block in (self.stem, self.block1, self.block2, self.block3, self.block4, self.block5, self.block6):
            x = block(x)
        return self.head(x)
