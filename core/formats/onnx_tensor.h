// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/formats/external_data.h"
#include "core/formats/wire.h"
#include "core/tensor/tensor.h"

namespace lathe::onnx {

/// Where the bytes of a model's tensors lie.
struct Source {
    std::shared_ptr<const FileBytes> file;
    ExternalData& external;
};

/// The name of a TensorProto.
std::string_view tensorName(std::span<const std::byte> message);

/// Decodes a TensorProto; raw and external data are referred to, not copied, where their alignment allows. Throws
/// Error{modelInvalid, externalDataMissing, externalDataPath, externalDataRange, tooLarge}; `where` names the tensor.
Tensor readTensor(std::span<const std::byte> message, std::string_view where, const Source& source);

/// Decodes a SparseTensorProto to a dense tensor. Throws as readTensor().
Tensor readSparseTensor(std::span<const std::byte> message, std::string_view where, const Source& source);

/// The name of a SparseTensorProto, which is that of its values.
std::string_view sparseTensorName(std::span<const std::byte> message);

}  // namespace lathe::onnx
