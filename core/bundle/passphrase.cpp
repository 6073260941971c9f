// SPDX-License-Identifier: GPL-3.0-or-later
#include <openssl/crypto.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/bundle/key.h"

namespace lathe {

struct Passphrase::Buffer
{
    std::array<char, maxLength> bytes{};
    std::size_t size = 0;
    bool locked = false;
};

Passphrase::Passphrase(std::string_view text)
    : m_buffer(std::make_unique<Buffer>())
{
    if (text.empty() || text.size() > maxLength)
        throw Error(ErrorCode::invalidArgument, "",
                    {{"what", text.empty() ? "The passphrase is empty." : "The passphrase is too long."}});
    // Without the right to lock memory, wiping is what remains.
    m_buffer->locked = ::mlock(m_buffer.get(), sizeof(Buffer)) == 0;
    std::copy(text.begin(), text.end(), m_buffer->bytes.begin());
    m_buffer->size = text.size();
}

Passphrase Passphrase::fromFile(const Fs& fs, const Path& path)
{
    Bytes bytes = fs.read(path, maxLength + 2);
    const std::string_view text = asText(bytes);
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    Passphrase result(text.substr(0, end));
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return result;
}

Passphrase::~Passphrase()
{
    if (!m_buffer)
        return;
    OPENSSL_cleanse(m_buffer->bytes.data(), m_buffer->bytes.size());
    if (m_buffer->locked)
        ::munlock(m_buffer.get(), sizeof(Buffer));
}

std::string_view Passphrase::text() const
{
    return {m_buffer->bytes.data(), m_buffer->size};
}

} // namespace lathe
