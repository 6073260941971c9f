// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include "core/analysis/what_if.h"

namespace lathe {

/// What each layer's weights cost at the output: by layer id, how many dB of output SQNR come back when the weights of
/// that layer alone return to float32, on the probe set of `whatIf`. Layers whose weights the plan leaves in float are
/// absent. Infinite where nothing else was quantized. One update() of `whatIf` a layer: Options::layerFigures
/// is not needed. Throws Error{stopped}.
std::map<std::string, double> outputGains(WhatIf& whatIf, const QuantPlan& plan, const std::vector<Layer>& layers,
                                          const Control& control);

}
