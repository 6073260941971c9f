// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>

#include "core/runtime/program.h"

namespace lathe {

/// One slot's content. Immutable and shared between bindings, so that the same address means the same content.
struct SlotEntry {
    explicit SlotEntry(SlotSetting content) : setting(std::move(content)) {}

    const SlotSetting setting;

    const Encoding& encoding() const { return *setting.encoding; }
    bool integer() const { return setting.encoding->format.isInteger(); }
    /// Computed when first asked for: hashing codes costs more than binding them.
    const Digest& digest() const;

private:
    mutable std::once_flag m_once;
    mutable Digest m_digest;
};

}
