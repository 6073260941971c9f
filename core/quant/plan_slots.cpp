// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/plan_slots.h"

namespace lathe {

namespace {

template <typename T>
std::shared_ptr<const T> sharedCopy(const std::map<std::string, T>& map, const std::string& key)
{
    const auto found = map.find(key);
    return found == map.end() ? nullptr : std::make_shared<const T>(found->second);
}

EncodingPtr encodingOf(const std::map<std::string, EncodingPtr>& map, const std::string& key)
{
    const auto found = map.find(key);
    return found == map.end() ? nullptr : found->second;
}

bool sameTensor(const std::shared_ptr<const Tensor>& a, const std::shared_ptr<const Tensor>& b)
{
    if (!a || !b)
        return a == b;
    return a->bytes().data() == b->bytes().data() || identical(*a, *b);
}

}

std::vector<Slot> planSlots(const PointLayout& layout)
{
    std::vector<Slot> slots;
    for (const auto& point : layout.activations)
        slots.push_back({point.value, Slot::Kind::activation});
    for (const auto& point : layout.weights) {
        slots.push_back({point.value, Slot::Kind::weight});
        if (point.quantizeBias && !point.bias.empty())
            slots.push_back({point.bias, Slot::Kind::bias});
    }
    return slots;
}

SlotSetting planSetting(const Slot& slot, const Resolved& resolved)
{
    switch (slot.kind) {
    case Slot::Kind::activation:
        return {encodingOf(resolved.encodings.activations, slot.value), nullptr};
    case Slot::Kind::weight:
        return {encodingOf(resolved.encodings.weights, slot.value),
                sharedCopy(resolved.codes.weights, slot.value)};
    case Slot::Kind::bias:
        return {encodingOf(resolved.encodings.biases, slot.value),
                sharedCopy(resolved.codes.biases, slot.value)};
    }
    return {};
}

bool sameSetting(const SlotSetting& a, const SlotSetting& b)
{
    const bool sameEncoding =
        a.encoding == b.encoding || (a.encoding && b.encoding && *a.encoding == *b.encoding);
    return sameEncoding && sameTensor(a.codes, b.codes);
}

}
