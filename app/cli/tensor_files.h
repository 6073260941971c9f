// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fs.h"
#include "core/tensor/tensor.h"

#include <string>
#include <utility>
#include <vector>

namespace lathe::cli {

/// The .npy files of some tensors in one folder: all of them appear, or none. Names become file names with every
/// character outside [A-Za-z0-9._-] replaced by "_"; where two then are the same, the later one ends in "-2", "-3" ...
/// Returns the files in the order of the tensors. Throws Error{fileNotWritable, diskFull}.
std::vector<Path> writeTensors(Fs& fs, const Path& folder, const std::vector<std::pair<std::string, Tensor>>& tensors);

}
