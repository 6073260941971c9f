// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/targets/target_profile.h"

namespace lathe::test {

/// A device with round numbers, so that costs can be worked out by hand.
inline Json smallProfile()
{
    return parseJson(R"({
      "schema": 1, "id": "small", "label": "Small device",
      "defaults": {"weights": "int8:channel:symmetric", "activations": "int8:tensor:asymmetric"},
      "activations": ["int8:tensor:asymmetric", "int16:tensor:symmetric", "float32"],
      "kernels": [
        {"operators": ["Conv"], "weights": ["int8:channel:symmetric", "int4:channel:symmetric"],
         "inputs": ["int8:tensor:asymmetric"]},
        {"operators": ["Conv", "Gemm"], "weights": ["int8:tensor:symmetric"], "inputs": ["int16:tensor:symmetric"]},
        {"operators": ["Relu", "MaxPool", "Add"], "inputs": ["int8:tensor:asymmetric", "float32"]}],
      "otherOperators": "refused",
      "placement": {"quantizeGraphInputs": true, "rules": [
        {"operators": ["Conv", "Gemm"], "inputs": ["point"], "output": "point"},
        {"operators": ["Relu"], "output": "point"}]},
      "memory": {"containerBits": [4, 8, 16, 32], "alignmentBytes": 16,
                 "flashBytes": {"value": 1000, "source": "estimate: a"},
                 "sramBytes": {"value": 500, "source": "estimate: b"}},
      "cost": {"clockMhz": {"value": 100, "source": "documented: c"},
        "macs": [
          {"weightBits": 4, "inputBits": 8, "cyclesPerMac": {"value": 1, "source": "estimate: d"},
           "picojoulesPerMac": {"value": 5, "source": "estimate: d"}},
          {"weightBits": 8, "inputBits": 8, "cyclesPerMac": {"value": 2, "source": "estimate: d"},
           "picojoulesPerMac": {"value": 10, "source": "estimate: d"}},
          {"weightBits": 8, "inputBits": 8, "depthwise": true, "cyclesPerMac": {"value": 4, "source": "estimate: d"},
           "picojoulesPerMac": {"value": 20, "source": "estimate: d"}},
          {"weightBits": 32, "inputBits": 32, "cyclesPerMac": {"value": 8, "source": "estimate: d"},
           "picojoulesPerMac": {"value": 40, "source": "estimate: d"}}],
        "cyclesPerElement": {"value": 3, "source": "estimate: e"},
        "picojoulesPerElement": {"value": 7, "source": "estimate: e"},
        "cyclesPerLayer": {"value": 100, "source": "measured: f"},
        "weightBytesPerCycle": {"value": 2, "source": "estimate: g"},
        "activationBytesPerCycle": {"value": 4, "source": "estimate: g"},
        "picojoulesPerWeightByte": {"value": 100, "source": "estimate: h"},
        "picojoulesPerActivationByte": {"value": 10, "source": "estimate: h"}}})",
                     "small.json");
}

inline Target smallTarget()
{
    return parseTarget(smallProfile(), "small.json");
}

}
