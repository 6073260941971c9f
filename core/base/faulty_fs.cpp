// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/base/fs.h"

namespace lathe {

namespace {

using Fault = std::function<bool(std::string_view, const Path&)>;

void stepOrFail(const Fault& fault, std::string_view operation, const Path& path)
{
    if (fault(operation, path))
        throw Error(ErrorCode::diskFull, path.string());
}

class FaultyFile : public PendingFile
{
public:
    FaultyFile(std::unique_ptr<PendingFile> inner, const Fault& fault, Path path)
        : m_inner(std::move(inner))
        , m_fault(fault)
        , m_path(std::move(path))
    {
    }

    void write(std::span<const std::byte> data) override
    {
        stepOrFail(m_fault, "write", m_path);
        m_inner->write(data);
    }

    void commit() override
    {
        stepOrFail(m_fault, "sync", m_path);
        stepOrFail(m_fault, "rename", m_path);
        m_inner->commit();
    }

private:
    std::unique_ptr<PendingFile> m_inner;
    const Fault& m_fault;
    Path m_path;
};

class FaultyFs : public Fs
{
public:
    FaultyFs(Fs& inner, Fault fault)
        : m_inner(inner)
        , m_fault(std::move(fault))
    {
    }

    std::shared_ptr<const FileBytes> map(const Path& path) const override { return m_inner.map(path); }
    Bytes read(const Path& path, std::size_t maxBytes) const override { return m_inner.read(path, maxBytes); }

    std::unique_ptr<PendingFile> create(const Path& path, unsigned mode) override
    {
        stepOrFail(m_fault, "create", path);
        return std::make_unique<FaultyFile>(m_inner.create(path, mode), m_fault, path);
    }

    void createFolders(const Path& path) override
    {
        stepOrFail(m_fault, "folder", path);
        m_inner.createFolders(path);
    }

private:
    Fs& m_inner;
    Fault m_fault;
};

} // namespace

std::unique_ptr<Fs> faultyFs(Fs& inner, std::function<bool(std::string_view, const Path&)> fault)
{
    return std::make_unique<FaultyFs>(inner, std::move(fault));
}

} // namespace lathe
