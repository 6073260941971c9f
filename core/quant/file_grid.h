// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/numeric/encoding.h"

namespace lathe {

/// How a grid stands in a file: its format is that of a whole container, its code range what the grid uses of
/// it. `offset` is added to every code on the way.
struct FileGrid
{
    Encoding encoding;
    int offset = 0;

    /// True when codes outside the grid could occur in the container.
    bool isNarrow() const;
};

/// Activations go to uint8, which ONNX Runtime fuses everywhere (a grid is not a container: -128..127 becomes
/// 0..255); with `packed`, whole 4-bit grids to real 4-bit types; 9 to 16 bits to 16-bit types.
FileGrid activationFileGrid(const Encoding& encoding, bool packed);
/// Weights keep their sign: int8 or uint8; with `packed`, up to 4 bits int4 or uint4; 9 to 16 bits int16 or
/// uint16.
FileGrid weightFileGrid(const Encoding& encoding, bool packed);

/// The codes in the grid's container.
Tensor fileCodes(const Tensor& codes, const FileGrid& grid);

} // namespace lathe
