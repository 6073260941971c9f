// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/sample_strip.h"

#include "widgets/session/sample_loader.h"
#include "widgets/views/sample_thumb.h"

#include <QHBoxLayout>

namespace lathe {

SampleStrip::SampleStrip(QWidget* parent)
    : QWidget(parent)
    , m_layout(new QHBoxLayout(this))
    , m_loader(new SampleLoader(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(4);
    m_layout->addStretch();
    connect(m_loader, &SampleLoader::loaded, this, [this](const SamplePicture& picture) {
        const auto [first, last] = m_thumbs.equal_range(picture.index);
        for (auto it = first; it != last; ++it) {
            auto& [thumb, note] = it->second;
            const QString label = picture.label ? tr("class %1").arg(*picture.label) : QString();
            thumb->setCaption(picture.id.section(QLatin1Char('/'), -1), note.isEmpty() ? label : note);
            thumb->setToolTip(label.isEmpty() ? picture.id : picture.id + QLatin1Char('\n') + label);
            if (!picture.image.isNull())
                thumb->setImage(picture.image);
            else
                thumb->setSignal(picture.values);
        }
    });
}

void SampleStrip::setSamples(std::shared_ptr<const Samples> samples, const std::vector<Entry>& entries)
{
    for (const auto& [index, thumb] : m_thumbs)
        thumb.first->deleteLater();
    m_thumbs.clear();
    m_samples = std::move(samples);
    std::vector<std::int64_t> indices;
    for (const Entry& entry : entries) {
        if (!m_samples || entry.index < 0 || entry.index >= m_samples->size())
            continue;
        auto* thumb = new SampleThumb(this);
        thumb->setSide(m_side);
        thumb->setCaption(QStringLiteral("…"), entry.note);
        m_layout->insertWidget(static_cast<int>(m_thumbs.size()), thumb, 0, Qt::AlignTop);
        connect(thumb, &SampleThumb::clicked, this, [this, index = entry.index] { emit chosen(index); });
        m_thumbs.emplace(entry.index, std::make_pair(thumb, entry.note));
        indices.push_back(entry.index);
    }
    m_loader->load(m_samples, std::move(indices));
}

}
