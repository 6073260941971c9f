// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace lathe {

/// An ordered table of registered members of one kind, each with a unique `std::string id`.
template <typename T>
class Table {
public:
    /// Throws Error{internal} when the id is taken.
    void add(T entry) {
        if (find(entry.id)) throw Error(ErrorCode::internal, entry.id, {{"what", "the id is registered twice"}});
        m_entries.push_back(std::move(entry));
    }

    /// The entry of this id, or null.
    const T* find(std::string_view id) const {
        for (const T& entry : m_entries)
            if (entry.id == id) return &entry;
        return nullptr;
    }

    /// The entry of this id; throws Error{unknownName} that lists the known ids. `kind` is the noun for the message.
    const T& get(std::string_view id, std::string_view kind) const {
        if (const T* entry = find(id)) return *entry;
        throw Error(ErrorCode::unknownName, std::string(id),
                    {{"kind", std::string(kind)}, {"name", std::string(id)}, {"known", ids()}});
    }

    /// All ids in their order, for messages: "a, b, c".
    std::string ids() const {
        std::string known;
        for (const T& entry : m_entries) known += (known.empty() ? "" : ", ") + entry.id;
        return known;
    }

    auto begin() const { return m_entries.begin(); }
    auto end() const { return m_entries.end(); }
    std::size_t size() const { return m_entries.size(); }

private:
    std::vector<T> m_entries;
};

}  // namespace lathe
