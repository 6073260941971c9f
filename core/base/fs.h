// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lathe {

using Path = std::filesystem::path;
using Bytes = std::vector<std::byte>;

/// Read-only bytes that stay valid while the object lives: a mapped file or an owned buffer.
class FileBytes {
public:
    virtual ~FileBytes() = default;
    virtual std::span<const std::byte> bytes() const = 0;
};

/// Keeps a buffer.
std::shared_ptr<const FileBytes> ownedBytes(Bytes data);

/// A file being written beside its final name; it appears under that name on commit() or not at all.
class PendingFile {
public:
    virtual ~PendingFile() = default;  ///< without commit() the temporary file is removed
    virtual void write(std::span<const std::byte> data) = 0;
    /// Flush, fsync, close, rename, fsync the folder. Throws Error{fileNotWritable, diskFull}.
    virtual void commit() = 0;
};

/// The door through which all file writing (but SQLite's own) goes, so that tests can inject faults.
class Fs {
public:
    virtual ~Fs() = default;

    /// Maps a regular file read-only. Throws Error{fileNotFound, fileNotReadable}.
    virtual std::shared_ptr<const FileBytes> map(const Path& path) const = 0;
    /// Whole file, at most `maxBytes`. Throws Error{fileNotFound, fileNotReadable, tooLarge}.
    virtual Bytes read(const Path& path, std::size_t maxBytes = std::size_t{1} << 31) const = 0;
    /// `mode`: permissions of the new file. Throws Error{fileNotWritable, diskFull}.
    virtual std::unique_ptr<PendingFile> create(const Path& path, unsigned mode = 0644) = 0;
    virtual void createFolders(const Path& path) = 0;

    /// create + write + commit.
    void writeWhole(const Path& path, std::span<const std::byte> data, unsigned mode = 0644);
    void writeWhole(const Path& path, std::string_view text, unsigned mode = 0644);
    std::string readText(const Path& path, std::size_t maxBytes = std::size_t{64} << 20) const;
};

/// The real file system.
Fs& systemFs();

/// For tests: forwards to `inner` and calls `fault(operation, path)` before each writing step ("create", "write",
/// "sync", "rename", "folder"); a true return makes that step fail as a full disk would.
std::unique_ptr<Fs> faultyFs(Fs& inner, std::function<bool(std::string_view, const Path&)> fault);

inline std::span<const std::byte> asBytes(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view asText(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace lathe
