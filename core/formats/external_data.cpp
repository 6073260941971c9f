// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/external_data.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/base/error.h"
#include "core/base/text.h"

namespace lathe {
namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) : m_fd(fd) {}
    ~Descriptor() {
        if (m_fd >= 0) ::close(m_fd);
    }
    Descriptor(Descriptor&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(m_fd, other.m_fd);
        return *this;
    }
    int get() const { return m_fd; }

private:
    int m_fd;
};

class MappedData : public FileBytes {
public:
    MappedData(void* address, std::size_t size) : m_address(address), m_size(size) {}
    ~MappedData() override {
        if (m_size > 0) ::munmap(m_address, m_size);
    }
    MappedData(const MappedData&) = delete;
    MappedData& operator=(const MappedData&) = delete;
    std::span<const std::byte> bytes() const override { return {static_cast<const std::byte*>(m_address), m_size}; }

private:
    void* m_address;
    std::size_t m_size;
};

/// Printable form of an untrusted location: control characters replaced, bounded.
std::string shown(std::string_view location) {
    std::string result(location.substr(0, 200));
    for (char& c : result)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return location.size() > 200 ? result + "..." : result;
}

[[noreturn]] void refuse(std::string_view location, std::string reason) {
    throw Error(ErrorCode::externalDataPath, "", {{"location", shown(location)}, {"reason", std::move(reason)}});
}

/// Opens one part of a location inside `folder`, never through a link.
Descriptor openPart(const Descriptor& folder, const std::string& part, bool last, std::string_view location) {
    // O_NONBLOCK: a pipe must not make the open wait.
    const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | (last ? O_NONBLOCK : O_DIRECTORY);
    const int fd = ::openat(folder.get(), part.c_str(), flags);
    if (fd >= 0) return Descriptor(fd);
    const int code = errno;
    struct stat info {};
    const bool link = ::fstatat(folder.get(), part.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
    if (link) refuse(location, "it leads through a symbolic link");
    if (code == ENOENT || code == ENOTDIR)
        throw Error(ErrorCode::externalDataMissing, "", {{"location", shown(location)}});
    if (code == ENAMETOOLONG) refuse(location, "a part of it is too long");
    throw Error(ErrorCode::fileNotReadable, shown(location), {{"reason", std::generic_category().message(code)}});
}

std::shared_ptr<const FileBytes> mapFile(const Descriptor& file, std::string_view location) {
    struct stat info {};
    if (::fstat(file.get(), &info) != 0)
        throw Error(ErrorCode::fileNotReadable, shown(location), {{"reason", std::generic_category().message(errno)}});
    if (!S_ISREG(info.st_mode)) refuse(location, "it is not a regular file");
    if (info.st_nlink > 1) refuse(location, "the file has a second name (a hard link), which could lie anywhere");
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size == 0) return std::make_shared<MappedData>(nullptr, 0);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (address == MAP_FAILED)
        throw Error(ErrorCode::fileNotReadable, shown(location), {{"reason", std::generic_category().message(errno)}});
    return std::make_shared<MappedData>(address, size);
}

}  // namespace

void checkExternalLocation(std::string_view location) {
    if (location.empty()) refuse(location, "it is empty");
    if (location.find('\0') != std::string_view::npos) refuse(location, "it has a NUL character");
    if (location.front() == '/') refuse(location, "it is absolute");
    if (location.find('\\') != std::string_view::npos) refuse(location, "it has a backslash");
    if (location.find(':') != std::string_view::npos) refuse(location, "it has a colon");
    for (const std::string& part : splitText(location, '/')) {
        if (part.empty()) refuse(location, "it has an empty part");
        if (part == ".") refuse(location, "it has the part \".\"");
        if (part == "..") refuse(location, "it leaves the folder by \"..\"");
    }
}

std::shared_ptr<const FileBytes> ExternalData::file(std::string_view location) {
    if (const auto found = m_files.find(location); found != m_files.end()) return found->second;
    checkExternalLocation(location);
    if (m_folder.empty()) throw Error(ErrorCode::externalDataMissing, "", {{"location", shown(location)}});
    Descriptor at(::open(m_folder.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
    if (at.get() < 0)
        throw Error(ErrorCode::fileNotReadable, m_folder.string(), {{"reason", std::generic_category().message(errno)}});
    const auto parts = splitText(location, '/');
    for (std::size_t i = 0; i < parts.size(); ++i) at = openPart(at, parts[i], i + 1 == parts.size(), location);
    return m_files.emplace(std::string(location), mapFile(at, location)).first->second;
}

}  // namespace lathe
