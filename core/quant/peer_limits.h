// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>

namespace lathe {

/// What ONNX Runtime 1.30 refuses to load, or computes wrongly, at some optimisation level though ONNX allows
/// it: the bold rows of tests/interop/interop_table.md that the exporter could otherwise write.
struct PeerRefusal
{
    std::string_view op;
    int activationBits; ///< of the container of the operator's input
    int weightBits;     ///< of the container of its weight; 0: any, or none
    std::string_view reason;
    std::string_view nearest;
};

inline constexpr std::array peerRefusals{
    PeerRefusal{
        "Conv", 4, 8, "ONNX Runtime has no convolution of 4-bit activations with 8-bit weights",
        "Give the layer 4-bit weights, its input 8-bit activations, or export without real 4-bit types."},
    PeerRefusal{"MaxPool", 4, 0, "ONNX Runtime has no pooling of 4-bit types",
                "Give its input 8-bit activations, or export without real 4-bit types."},
    PeerRefusal{"ReduceMax", 4, 0, "ONNX Runtime has no reduction of 4-bit types",
                "Give its input 8-bit activations, or export without real 4-bit types."},
    PeerRefusal{"ReduceMin", 4, 0, "ONNX Runtime has no reduction of 4-bit types",
                "Give its input 8-bit activations, or export without real 4-bit types."},
};

} // namespace lathe
