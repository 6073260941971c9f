// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/support/palettes.h"
#include "tests/widgets/views/view_samples.h"
#include "widgets/support/icon.h"
#include "widgets/views/bit_width_delegate.h"
#include "widgets/views/empty_state.h"
#include "widgets/views/heatmap_view.h"
#include "widgets/views/histogram_view.h"
#include "widgets/views/message_bar.h"
#include "widgets/views/options_form.h"
#include "widgets/views/sample_thumb.h"

#include <QtTest>
#include <QtWidgets>

using namespace lathe;

/// Pictures of every view, empty and filled, light and dark, into the folder of LATHE_SCREENSHOTS, for people to look at.
/// The scale is QT_SCALE_FACTOR's. Fails where a view paints nothing.
class TstGallery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void shoot_data();
    void shoot();

private:
    std::unique_ptr<QWidget> make(const QString& view, bool filled);
};

namespace {

std::unique_ptr<QWidget> formats(bool filled)
{
    auto table = std::make_unique<QTableWidget>(filled ? 11 : 1, 3);
    table->setHorizontalHeaderLabels({QStringLiteral("name"), QStringLiteral("weights"), QStringLiteral("activations")});
    table->setShowGrid(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 8);
    const QStringList weights = BitWidthDelegate::weightFormats();
    for (int row = 0; row < table->rowCount(); ++row) {
        table->setItem(row, 0, new QTableWidgetItem(QStringLiteral("layer %1").arg(row)));
        table->setItem(row, 1, new QTableWidgetItem(filled ? weights.value(row) : QString()));
        table->setItem(row, 2, new QTableWidgetItem(row == 3 ? QStringLiteral("uint8") : weights.value(10 - row)));
        table->item(row, 1)->setData(Qt::UserRole, row % 3 == 1);
    }
    auto* delegate = new BitWidthDelegate(weights, table.get());
    delegate->setLockedRole(Qt::UserRole);
    table->setItemDelegateForColumn(1, delegate);
    table->setItemDelegateForColumn(2, new BitWidthDelegate(BitWidthDelegate::activationFormats(), table.get()));
    table->selectRow(2);
    table->resize(340, 320);
    return table;
}

std::unique_ptr<QWidget> icons()
{
    auto sheet = std::make_unique<QWidget>();
    auto* grid = new QGridLayout(sheet.get());
    int i = 0;
    for (const QString& file : QDir(QStringLiteral(":/icons")).entryList()) {
        const QIcon drawn = icon(QFileInfo(file).baseName(), sheet->palette());
        auto* button = new QToolButton;
        button->setIcon(drawn);
        button->setAutoRaise(true);
        button->setText(QFileInfo(file).baseName());
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setEnabled(i % 5 != 4);
        grid->addWidget(button, i / 4, 2 * (i % 4));
        auto* large = new QLabel;
        large->setPixmap(drawn.pixmap(QSize(40, 40), sheet->devicePixelRatioF()));
        grid->addWidget(large, i / 4, 2 * (i % 4) + 1);
        ++i;
    }
    return sheet;
}

std::unique_ptr<QWidget> thumbs()
{
    auto sheet = std::make_unique<QWidget>();
    auto* row = new QHBoxLayout(sheet.get());
    QImage glyph(28, 28, QImage::Format_RGB32);
    for (int y = 0; y < 28; ++y)
        for (int x = 0; x < 28; ++x)
            glyph.setPixel(x, y, std::abs(std::hypot(x - 14, y - 14) - 8) < 2.5 ? qRgb(240, 240, 240) : qRgb(20, 20, 20));
    QImage wide(320, 200, QImage::Format_RGB32);
    for (int y = 0; y < 200; ++y)
        for (int x = 0; x < 320; ++x)
            wide.setPixel(x, y, qRgb(x * 255 / 320, y * 255 / 200, 128));
    std::vector<float> wave;
    for (int i = 0; i < 8000; ++i)
        wave.push_back(static_cast<float>(std::sin(i * 0.02) * std::exp(-i / 3000.0)));
    for (int i = 0; i < 4; ++i) {
        auto* thumb = new SampleThumb;
        if (i == 0)
            thumb->setImage(glyph);
        else if (i == 1)
            thumb->setImage(wide);
        else if (i == 2)
            thumb->setSignal(wave);
        else
            thumb->setText(QStringLiteral("A sentence that the model is asked about, longer than the box is wide."));
        thumb->setCaption(i == 1 ? QStringLiteral("a_long_file_name_of_a_picture.jpg") : QStringLiteral("sample %1").arg(i),
                          i == 0 ? QStringLiteral("sets max = 7.31") : QString());
        thumb->setSelected(i == 0);
        row->addWidget(thumb, 0, Qt::AlignTop);
    }
    return sheet;
}

std::unique_ptr<QWidget> messages()
{
    auto sheet = std::make_unique<QWidget>();
    auto* column = new QVBoxLayout(sheet.get());
    const std::pair<MessageBar::Kind, QString> shown[] = {
        {MessageBar::Kind::error, QStringLiteral("The model could not be opened")},
        {MessageBar::Kind::warning, QStringLiteral("12 of 256 calibration samples were left out")},
        {MessageBar::Kind::info, QStringLiteral("The plan was restored from the exported model")}};
    for (const auto& [kind, what] : shown) {
        auto* bar = new MessageBar;
        column->addWidget(bar);
        bar->showMessage(kind, what,
                         kind == MessageBar::Kind::info ? QString()
                                                        : QStringLiteral("glyphs.onnx: node \"Conv_3\" has an attribute \"auto_pad\" "
                                                                         "with the unknown value \"SAME_MIDDLE\". Known are NOTSET, "
                                                                         "SAME_UPPER, SAME_LOWER and VALID."),
                         kind == MessageBar::Kind::error ? QStringLiteral("Open another model") : QString());
    }
    column->addStretch();
    sheet->resize(640, 240);
    return sheet;
}

std::unique_ptr<QWidget> options()
{
    auto form = std::make_unique<OptionsForm>();
    Option percentile{.id = "percentile", .label = "Percentile", .help = "Share of values inside the range.",
                      .minimum = 90, .maximum = 100, .defaultValue = 99.99};
    Option bins{.id = "bins", .label = "Histogram bins", .kind = Option::Kind::integer, .minimum = 64, .maximum = 8192,
                .defaultValue = 2048};
    Option flag{.id = "mirror", .label = "Mirror the low percentile", .kind = Option::Kind::flag, .defaultValue = 1};
    Option choice{.id = "norm", .label = "Norm", .kind = Option::Kind::choice, .choices = {"L1", "L2"}};
    form->setOptions({percentile, bins, choice, flag});
    return form;
}

}

std::unique_ptr<QWidget> TstGallery::make(const QString& view, bool filled)
{
    if (view == QLatin1String("histogram") || view == QLatin1String("histogram4")) {
        auto widget = std::make_unique<HistogramView>();
        widget->setEmptyText(QStringLiteral("Calibrate to see the activations of this layer."));
        if (filled)
            widget->setData(test::sampleHistogram(view.endsWith(QLatin1Char('4')) ? 4 : 8));
        if (view.endsWith(QLatin1Char('4')))
            widget->setLogarithmic(false);
        widget->resize(520, 320);
        return widget;
    }
    if (view.startsWith(QLatin1String("heatmap"))) {
        auto widget = std::make_unique<HeatmapView>();
        widget->setEmptyText(QStringLiteral("Calibrate to see where the error is."));
        if (filled)
            widget->setData(view.endsWith(QLatin1String("bits")) ? test::sampleBitsMap() : test::sampleHeatmap());
        widget->setSelected({QStringLiteral("layer8")});
        widget->setHovered(QStringLiteral("layer2"));
        widget->resize(520, 420);
        return widget;
    }
    if (view == QLatin1String("budget")) {
        auto widget = std::make_unique<BudgetBar>();
        if (filled)
            widget->setFigures(test::sampleBudget());
        widget->resize(widget->sizeHint().expandedTo(QSize(300, 28)));
        return widget;
    }
    if (view == QLatin1String("budget_stale")) {
        auto widget = make(QStringLiteral("budget"), filled);
        static_cast<BudgetBar*>(widget.get())->setStale(true);
        return widget;
    }
    if (view.startsWith(QLatin1String("chart"))) {
        auto widget = std::make_unique<SummaryChart>();
        widget->setEmptyText(QStringLiteral("Validate to compare the plan with the float model."));
        if (filled)
            widget->setData(view.endsWith(QLatin1String("sizes")) ? test::sampleSizes() : test::sampleMetrics());
        widget->resize(widget->sizeHint());
        return widget;
    }
    if (view == QLatin1String("empty")) {
        auto widget = std::make_unique<EmptyState>();
        widget->setContent(QStringLiteral("model"), QStringLiteral("No model yet"),
                           QStringLiteral("Drop an ONNX model here, or press Ctrl+O. No model at hand? Open the sample."));
        if (filled) {
            widget->addButton(QStringLiteral("Open a model..."));
            widget->addButton(QStringLiteral("Open the sample"));
        }
        widget->resize(640, 360);
        return widget;
    }
    if (view == QLatin1String("formats"))
        return formats(filled);
    if (view == QLatin1String("icons"))
        return icons();
    if (view == QLatin1String("thumbs"))
        return thumbs();
    if (view == QLatin1String("messages"))
        return messages();
    return options();
}

void TstGallery::shoot_data()
{
    QTest::addColumn<QString>("view");
    QTest::addColumn<bool>("filled");
    QTest::addColumn<bool>("dark");
    QTest::addColumn<QSize>("size");
    const QStringList views = {
        QStringLiteral("histogram"),    QStringLiteral("histogram4"),    QStringLiteral("heatmap"), QStringLiteral("heatmap_bits"),
        QStringLiteral("budget"),       QStringLiteral("budget_stale"),  QStringLiteral("chart_sizes"), QStringLiteral("chart_metrics"),
        QStringLiteral("empty"),        QStringLiteral("formats"),       QStringLiteral("icons"),   QStringLiteral("thumbs"),
        QStringLiteral("messages"),     QStringLiteral("options")};
    const QStringList narrow = {QStringLiteral("histogram"), QStringLiteral("histogram4"), QStringLiteral("heatmap"),
                                QStringLiteral("heatmap_bits"), QStringLiteral("chart_sizes"), QStringLiteral("chart_metrics")};
    const QStringList canBeEmpty = views.mid(0, 10);
    for (const QString& view : views)
        for (const bool filled : {true, false})
            for (const bool dark : {false, true})
                if (filled || canBeEmpty.contains(view))
                    QTest::addRow("%s_%s_%s", qPrintable(view), filled ? "filled" : "empty", dark ? "dark" : "light")
                        << view << filled << dark << QSize();
    // As pages show them beside others.
    for (const QString& view : narrow)
        QTest::addRow("%s_narrow_light", qPrintable(view)) << view << true << false << QSize(270, 240);
}

void TstGallery::shoot()
{
    QFETCH(QString, view);
    QFETCH(bool, filled);
    QFETCH(bool, dark);
    test::useTestPalette(dark);
    QFETCH(QSize, size);
    const std::unique_ptr<QWidget> widget = make(view, filled);
    if (size.isValid())
        widget->resize(size);
    widget->show();
    QVERIFY(QTest::qWaitForWindowExposed(widget.get()));
    QThreadPool::globalInstance()->waitForDone();
    QCoreApplication::processEvents();
    const QImage picture = widget->grab().toImage();
    QCOMPARE(picture.size(), widget->size() * widget->devicePixelRatioF());
    if (const QString folder = qEnvironmentVariable("LATHE_SCREENSHOTS"); !folder.isEmpty()) {
        QVERIFY(QDir().mkpath(folder));
        const QString name = QStringLiteral("views_%1_%2x.png").arg(QString::fromLatin1(QTest::currentDataTag()))
                                 .arg(widget->devicePixelRatioF());
        QVERIFY(picture.save(QDir(folder).filePath(name)));
    }
    const QRgb ground = picture.pixel(0, 0);
    bool painted = false;
    for (int y = 0; y < picture.height() && !painted; ++y)
        for (int x = 0; x < picture.width() && !painted; ++x)
            painted = picture.pixel(x, y) != ground;
    QVERIFY(painted);
}

QTEST_MAIN(TstGallery)
#include "tst_gallery.moc"
