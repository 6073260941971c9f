// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/idx_files.h"

#include "core/base/checked.h"
#include "core/data/archive.h"
#include "core/data/array_source.h"

namespace lathe {
namespace {

[[noreturn]] void failIdx(const std::string& where, const std::string& reason)
{
    throw Error(ErrorCode::datasetInvalid, where, {{"reason", "this is not a valid IDX file: " + reason}});
}

std::int64_t bigEndian32(const std::byte* bytes)
{
    std::int64_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8 | std::to_integer<std::int64_t>(bytes[i]);
    return value;
}

bool isGzip(std::span<const std::byte> bytes)
{
    return bytes.size() > 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

} // namespace

Tensor readIdx(std::span<const std::byte> file, const std::string& where)
{
    Bytes unpacked;
    if (isGzip(file)) {
        unpacked = gunzip(file, where);
        file = unpacked;
    }
    if (file.size() < 4 || file[0] != std::byte{0} || file[1] != std::byte{0})
        failIdx(where, "wrong first bytes");
    if (file[2] != std::byte{8})
        failIdx(where, "only unsigned bytes are supported");
    const auto rank = std::to_integer<std::size_t>(file[3]);
    const std::size_t header = 4 + 4 * rank;
    if (rank == 0 || rank > 8 || file.size() < header)
        failIdx(where, "the header is damaged");
    std::vector<std::int64_t> dims;
    std::int64_t elements = 1;
    for (std::size_t i = 0; i < rank; ++i) {
        dims.push_back(bigEndian32(file.data() + 4 + 4 * i));
        const auto product = checkedMul(elements, dims.back());
        if (!product)
            failIdx(where, "the sizes overflow");
        elements = *product;
    }
    if (static_cast<std::int64_t>(file.size() - header) < elements)
        failIdx(where, "the file ends too early");
    const auto* values = reinterpret_cast<const std::uint8_t*>(file.data() + header);
    return Tensor::of<std::uint8_t>(Shape(std::move(dims)), {values, static_cast<std::size_t>(elements)});
}

void register_idx_files(Table<SourceType>& table)
{
    table.add({.id = "idx",
               .summary = "An MNIST file (IDX, also gzip); the first axis counts the samples",
               .open = [](const SourceRequest& request) -> std::shared_ptr<const Source> {
                   const std::string where = request.path.string();
                   return std::make_shared<ArraySource>(readIdx(request.fs.map(request.path)->bytes(), where),
                                                        where);
               }});
}

} // namespace lathe
