// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QWidget>

#include <vector>

namespace lathe {

/// One sample: its picture (or its signal, or its text), with a caption below. Click, Enter and Space choose it.
class SampleThumb : public QWidget
{
    Q_OBJECT

public:
    explicit SampleThumb(QWidget* parent = nullptr);

    /// Small pictures are enlarged by whole pixels, so that what the network sees can be seen.
    void setImage(const QImage& image);
    /// A waveform or a vector, for samples that are no pictures.
    void setSignal(std::vector<float> values);
    void setText(const QString& text);
    /// `note` is a second line: label, score, what is special about the sample.
    void setCaption(const QString& caption, const QString& note = {});
    void setSide(int pixels); ///< side of the picture, 96 at first
    void setSelected(bool on);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void clicked();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void paintImage(QPainter& painter, const QRect& frame) const;
    void paintSignal(QPainter& painter, const QRect& frame) const;

    QImage m_image;
    std::vector<float> m_signal;
    QString m_text;
    QString m_caption;
    QString m_note;
    int m_side = 96;
    bool m_selected = false;
};

}
