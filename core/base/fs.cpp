// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/fs.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>

#include "core/base/error.h"
#include "core/base/text.h"

namespace lathe {

namespace {

std::string reasonOf(int code)
{
    return std::generic_category().message(code);
}

[[noreturn]] void throwWriting(int code, const Path& path)
{
    if (code == ENOSPC || code == EDQUOT)
        throw Error(ErrorCode::diskFull, path.string());
    throw Error(ErrorCode::fileNotWritable, path.string(), {{"reason", reasonOf(code)}});
}

[[noreturn]] void throwReading(int code, const Path& path)
{
    if (code == ENOENT || code == ENOTDIR)
        throw Error(ErrorCode::fileNotFound, path.string());
    throw Error(ErrorCode::fileNotReadable, path.string(), {{"reason", reasonOf(code)}});
}

/// A file descriptor that is closed on destruction.
class Descriptor
{
public:
    explicit Descriptor(int fd)
        : m_fd(fd)
    {
    }
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_fd; }
    /// Closes now and returns close()'s error code, 0 for none.
    int close()
    {
        const int fd = std::exchange(m_fd, -1);
        return ::close(fd) == 0 ? 0 : errno;
    }

private:
    int m_fd;
};

/// Opens a regular file for reading and tells its size. O_NONBLOCK: a pipe must not make the open wait.
int openRegular(const Path& path, std::size_t& size)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        throwReading(errno, path);
    struct stat info
    {
    };
    const int failed = ::fstat(fd, &info) == 0 ? 0 : errno;
    if (failed == 0 && S_ISREG(info.st_mode)) {
        size = static_cast<std::size_t>(info.st_size);
        return fd;
    }
    ::close(fd);
    if (failed != 0)
        throwReading(failed, path);
    throw Error(ErrorCode::fileNotReadable, path.string(),
                {{"reason", S_ISDIR(info.st_mode) ? "it is a folder" : "it is not a regular file"}});
}

class MappedFile : public FileBytes
{
public:
    MappedFile(void* address, std::size_t size)
        : m_address(address)
        , m_size(size)
    {
    }
    ~MappedFile() override
    {
        if (m_size > 0)
            ::munmap(m_address, m_size);
    }
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    std::span<const std::byte> bytes() const override
    {
        return {static_cast<const std::byte*>(m_address), m_size};
    }

private:
    void* m_address;
    std::size_t m_size;
};

class OwnedBytes : public FileBytes
{
public:
    explicit OwnedBytes(Bytes data) : m_data(std::move(data)) {}
    std::span<const std::byte> bytes() const override { return m_data; }

private:
    Bytes m_data;
};

Path folderOf(const Path& path)
{
    return path.has_parent_path() ? path.parent_path() : Path(".");
}

void syncFolder(const Path& path)
{
    const Descriptor folder(::open(folderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0)
        throwWriting(errno, path);
    // EINVAL: this file system has no syncing of folders.
    if (::fsync(folder.get()) != 0 && errno != EINVAL)
        throwWriting(errno, path);
}

class DurableFile : public PendingFile
{
public:
    DurableFile(Path path, Path temporary, int fd)
        : m_path(std::move(path))
        , m_temporary(std::move(temporary))
        , m_file(fd)
    {
    }
    ~DurableFile() override
    {
        if (!m_committed)
            ::unlink(m_temporary.c_str());
    }
    DurableFile(const DurableFile&) = delete;
    DurableFile& operator=(const DurableFile&) = delete;

    void write(std::span<const std::byte> data) override
    {
        while (!data.empty()) {
            const ssize_t written =
                ::write(m_file.get(), data.data(), std::min(data.size(), std::size_t{1} << 30));
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                throwWriting(written < 0 ? errno : EIO, m_path);
            data = data.subspan(static_cast<std::size_t>(written));
        }
    }

    void commit() override
    {
        if (::fsync(m_file.get()) != 0)
            throwWriting(errno, m_path);
        if (const int failed = m_file.close(); failed != 0)
            throwWriting(failed, m_path);
        if (::rename(m_temporary.c_str(), m_path.c_str()) != 0)
            throwWriting(errno, m_path);
        m_committed = true;
        syncFolder(m_path);
    }

private:
    Path m_path;
    Path m_temporary;
    Descriptor m_file;
    bool m_committed = false;
};

/// What a write to `path` really replaces: links are followed, and only regular files are replaced.
Path replacedFile(const Path& path)
{
    std::error_code failed;
    const auto status = std::filesystem::status(path, failed);
    if (!std::filesystem::exists(status))
        return path;
    if (!std::filesystem::is_regular_file(status))
        throw Error(ErrorCode::fileNotWritable, path.string(),
                    {{"reason", std::filesystem::is_directory(status) ? "it is a folder"
                                                                      : "it is not a regular file"}});
    const Path real = std::filesystem::canonical(path, failed);
    return failed ? path : real;
}

class SystemFs : public Fs
{
public:
    std::shared_ptr<const FileBytes> map(const Path& path) const override
    {
        std::size_t size = 0;
        const Descriptor file(openRegular(path, size));
        if (size == 0)
            return std::make_shared<MappedFile>(nullptr, 0);
        void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
        if (address == MAP_FAILED)
            throwReading(errno, path);
        return std::make_shared<MappedFile>(address, size);
    }

    Bytes read(const Path& path, std::size_t maxBytes) const override
    {
        std::size_t size = 0;
        const Descriptor file(openRegular(path, size));
        if (size > maxBytes)
            throw Error(ErrorCode::tooLarge, path.string(),
                        {{"what", "The file"},
                         {"needed", sizeText(static_cast<std::int64_t>(size))},
                         {"limit", sizeText(static_cast<std::int64_t>(maxBytes))}});
        Bytes data(size);
        std::size_t done = 0;
        while (done < size) {
            const ssize_t got = ::read(file.get(), data.data() + done, size - done);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                throwReading(errno, path);
            if (got == 0)
                break;
            done += static_cast<std::size_t>(got);
        }
        data.resize(done);
        return data;
    }

    std::unique_ptr<PendingFile> create(const Path& path, unsigned mode) override
    {
        static std::atomic<unsigned> counter{0};
        const Path target = replacedFile(path);
        for (int attempt = 0; attempt < 1000; ++attempt) {
            const Path temporary = folderOf(target) / (".lathe-" + std::to_string(::getpid()) + "-" +
                                                       std::to_string(counter++) + ".tmp");
            const int fd =
                ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
            if (fd >= 0)
                return std::make_unique<DurableFile>(target, temporary, fd);
            if (errno != EEXIST)
                throwWriting(errno, path);
        }
        throwWriting(EEXIST, path);
    }

    void createFolders(const Path& path) override
    {
        std::error_code failed;
        std::filesystem::create_directories(path, failed);
        if (failed)
            throwWriting(failed.value(), path);
    }
};

} // namespace

std::shared_ptr<const FileBytes> ownedBytes(Bytes data)
{
    return std::make_shared<OwnedBytes>(std::move(data));
}

void Fs::writeWhole(const Path& path, std::span<const std::byte> data, unsigned mode)
{
    const auto file = create(path, mode);
    file->write(data);
    file->commit();
}

void Fs::writeWhole(const Path& path, std::string_view text, unsigned mode)
{
    writeWhole(path, asBytes(text), mode);
}

std::string Fs::readText(const Path& path, std::size_t maxBytes) const
{
    const Bytes data = read(path, maxBytes);
    return std::string(asText(data));
}

Fs& systemFs()
{
    static SystemFs fs;
    return fs;
}

} // namespace lathe
