// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/qt_image_decoder.h"

#include "app/common/png_check.h"
#include "core/base/error.h"

#include <QBuffer>
#include <QImageReader>
#include <QLoggingCategory>

#include <cstring>

namespace lathe {
namespace {

constexpr int maxMegabytesOfPixels = 256;

[[noreturn]] void refuse(std::string_view where, const std::string& reason)
{
    throw Error(ErrorCode::imageUnreadable, std::string(where), {{"reason", reason}});
}

void checkSize(const QSize& size, std::string_view where)
{
    constexpr qint64 bytesPerPixel = 4;
    constexpr qint64 megabyte = 1 << 20;
    if (qint64(size.width()) * size.height() * bytesPerPixel > maxMegabytesOfPixels * megabyte)
        refuse(where, "it has " + std::to_string(size.width()) + "x" + std::to_string(size.height()) +
                          " pixels, more than fit into " + std::to_string(maxMegabytesOfPixels) + " MB");
}

Image decode(std::span<const std::byte> bytes, std::string_view where)
{
    if (const std::string damage = pngDamage(bytes); !damage.empty())
        refuse(where, damage);
    QByteArray raw = QByteArray::fromRawData(reinterpret_cast<const char*>(bytes.data()),
                                             static_cast<qsizetype>(bytes.size()));
    QBuffer buffer(&raw);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer);
    checkSize(reader.size(), where);
    QImage picture = reader.read();
    if (picture.isNull())
        refuse(where, reader.errorString().toLower().toStdString());
    picture.convertTo(QImage::Format_RGB888);
    Image image{picture.width(), picture.height(), 3, {}};
    const auto line = static_cast<std::size_t>(image.width) * 3;
    image.pixels.resize(line * static_cast<std::size_t>(image.height));
    for (int y = 0; y < image.height; ++y)
        std::memcpy(image.pixels.data() + static_cast<std::size_t>(y) * line, picture.constScanLine(y), line);
    return image;
}

}

ImageDecoder qtImageDecoder()
{
    QImageReader::setAllocationLimit(maxMegabytesOfPixels);
    // What is wrong with a picture is in the error; Qt would tell the terminal as well.
    QLoggingCategory::setFilterRules(QStringLiteral("qt.gui.imageio*=false"));
    return decode;
}

}
