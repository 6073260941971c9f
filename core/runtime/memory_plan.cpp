// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "core/runtime/plan.h"

namespace lathe {

namespace {

/// Memory that one or more storages share.
struct Block {
    std::int64_t bytes = 0;
    int first = 0, last = -1;
    std::int64_t offset = -1;

    bool meets(const Block& other) const { return first <= other.last && other.first <= last; }
};

std::int64_t aligned(std::int64_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

std::vector<Block> blocksOf(const std::vector<Storage>& storages)
{
    std::vector<Block> blocks(storages.size());
    for (const Storage& storage : storages) {
        if (storage.constant)
            continue;
        Block& block = blocks[static_cast<std::size_t>(storage.root)];
        const bool first = block.last < block.first;
        block.bytes = std::max(block.bytes, std::max<std::int64_t>(aligned(storage.bytes), 64));
        block.first = first ? storage.written : std::min(block.first, storage.written);
        block.last = std::max({first ? storage.written : block.last, storage.written, storage.lastRead});
    }
    return blocks;
}

/// The lowest offset that is free for the block's whole life.
std::int64_t placeFor(const Block& block, const std::vector<const Block*>& placed)
{
    std::int64_t offset = 0;
    for (const Block* other : placed) {
        if (!other->meets(block))
            continue;
        if (other->offset - offset >= block.bytes)
            break;
        offset = std::max(offset, other->offset + other->bytes);
    }
    return offset;
}

}

std::int64_t planMemory(std::vector<Storage>& storages)
{
    std::vector<Block> blocks = blocksOf(storages);
    std::vector<std::size_t> order(blocks.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return blocks[a].bytes > blocks[b].bytes; });
    std::vector<const Block*> placed;
    std::int64_t total = 0;
    for (const std::size_t i : order) {
        if (blocks[i].bytes == 0)
            continue;
        blocks[i].offset = placeFor(blocks[i], placed);
        total = std::max(total, blocks[i].offset + blocks[i].bytes);
        placed.push_back(&blocks[i]);
        std::sort(placed.begin(), placed.end(), [](const Block* a, const Block* b) { return a->offset < b->offset; });
    }
    for (Storage& storage : storages)
        if (!storage.constant)
            storage.offset = blocks[static_cast<std::size_t>(storage.root)].offset;
    return total;
}

}
