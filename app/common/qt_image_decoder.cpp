// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/qt_image_decoder.h"

#include "core/base/error.h"

#include <QBuffer>
#include <QImageReader>

#include <cstring>

namespace lathe {
namespace {

constexpr int maxMegabytesOfPixels = 256;

Image decode(std::span<const std::byte> bytes, std::string_view where)
{
    QByteArray raw = QByteArray::fromRawData(reinterpret_cast<const char*>(bytes.data()),
                                             static_cast<qsizetype>(bytes.size()));
    QBuffer buffer(&raw);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer);
    QImage picture = reader.read();
    if (picture.isNull())
        throw Error(ErrorCode::imageUnreadable, std::string(where), {{"reason", reader.errorString().toStdString()}});
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
    return decode;
}

}
