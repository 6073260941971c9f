// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <span>
#include <string>

#include "core/graph/graph.h"

namespace lathe {

/// Upper limits of channels, by the value that they hold behind.
using ChannelLimits = std::map<std::string, Tensor>;

/// One number a channel of the value, in the shape in which it is broadcast.
Tensor channelNumbers(const Value& value, std::span<const double> numbers);
/// Whether it is float32, a number a channel of the value and nothing else, so that it changes numbers but no
/// shape.
bool fitsChannels(const Value& value, const Tensor& numbers);

/// One limit a channel of the value, in the shape in which Min broadcasts it. Infinite ones become the
/// largest float.
Tensor channelLimit(const Graph& graph, const std::string& value, std::span<const double> limits);

/// Puts a Min with the limits behind each value, for all its readers: a Clip whose upper end is a number a
/// channel, which ONNX does not have. Throws Error{modelInvalid} for a value that is not there, or limits
/// that do not fit it.
void addChannelLimits(Graph& graph, const ChannelLimits& limits);

/// The limits that addChannelLimits() put into the graph that was `before`.
ChannelLimits addedChannelLimits(const Graph& before, const Graph& graph);

} // namespace lathe
