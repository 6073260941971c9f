// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/grid_cells.h"
#include "widgets/models/grid_model.h"
#include "widgets/models/metric_text.h"
#include "widgets/pages/page.h"
#include "widgets/panels/facts.h"
#include "widgets/panels/file_field.h"
#include "widgets/panels/grid_view.h"
#include "widgets/session/session.h"
#include "widgets/support/number_text.h"
#include "widgets/views/empty_state.h"
#include "widgets/views/message_bar.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QSettings>
#include <QShowEvent>
#include <QStackedLayout>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <map>

namespace lathe {
namespace {

struct ExportCheck
{
    std::vector<Refusal> refusals;
    std::int64_t packedBytes = 0;
    std::int64_t floatBytes = 0;
};

QString text(const Path& path)
{
    return QString::fromStdString(path.string());
}

std::shared_ptr<const Grid> refusalGrid(const Model& model, const std::vector<Refusal>& refusals)
{
    auto grid = std::make_shared<Grid>();
    const auto column = [](const QString& title, const QString& explanation) { return Grid::Column{title, explanation, false}; };
    grid->columns = {column(Session::tr("Layer"), Session::tr("Where.")),
                     column(Session::tr("Why not"), Session::tr("Why this file format or runtime cannot take it.")),
                     column(Session::tr("Nearest choice"), Session::tr("What can be written instead."))};
    for (const Refusal& refusal : refusals) {
        const QString name = QString::fromStdString(layerName(model.layers, refusal.layer));
        const QString reason = QString::fromStdString(refusal.reason);
        const QString nearest = QString::fromStdString(refusal.nearest);
        grid->rows.push_back({QString::fromStdString(refusal.layer), {{name, 0}, {reason, 0, reason}, {nearest, 0, nearest}}});
    }
    return grid;
}

/// "int8 × 15, int4 × 3", most first.
QString formatCounts(const Model& model, const QuantPlan& plan, std::string (*formatOf)(const QuantPlan&, const Layer&))
{
    std::map<std::string, int> counts;
    for (const Layer& layer : model.layers)
        if (const std::string format = formatOf(plan, layer); !format.empty())
            ++counts[format];
    std::vector<std::pair<int, std::string>> order;
    for (const auto& [format, count] : counts)
        order.emplace_back(count, format);
    std::sort(order.rbegin(), order.rend());
    QStringList parts;
    for (const auto& [count, format] : order)
        parts.append(QStringLiteral("%1 × %2").arg(QString::fromStdString(format)).arg(count));
    return parts.join(QStringLiteral(", "));
}

/// Out of the window: the model file, and the signed bundle.
class ExportPage : public QWidget
{
    Q_OBJECT
public:
    ExportPage(Session& session, QWidget* parent)
        : QWidget(parent)
        , m_session(session)
        , m_stack(new QStackedLayout(this))
        , m_empty(new EmptyState(this))
        , m_done(new MessageBar)
    {
        m_help = m_empty->addButton(QString());
        m_help->setObjectName(QStringLiteral("exportHelp"));
        connect(m_help, &QPushButton::clicked, this, [this] { m_session.showPage(m_helpPage); });
        m_stack->addWidget(m_empty);
        m_stack->addWidget(buildContent());
        for (const auto signal : {&Session::modelChanged, &Session::datasetChanged, &Session::statisticsChanged,
                                  &Session::figuresChanged, &Session::runsChanged})
            connect(&session, signal, this, &ExportPage::refresh);
        connect(&session, &Session::planChanged, this, &ExportPage::checkLater);
        connect(&session, &Session::adjustedChanged, this, &ExportPage::checkLater);
        connect(&session, &Session::statisticsChanged, this, &ExportPage::checkLater);
        connect(&session, &Session::exported, this, &ExportPage::showExported);
        connect(&session, &Session::bundled, this, &ExportPage::showBundled);
        connect(&session, &Session::keyMade, this, &ExportPage::showKey);
        connect(&session, &Session::verified, this, &ExportPage::showVerified);
        connect(&session, &Session::bundleOffered, this, [this](const QString& path) {
            m_bundleFile->setPath(path);
            m_checksBundles = true;
            refresh();
        });
        connect(&session.job(), &Job::started, this, &ExportPage::refreshButtons);
        connect(&session.job(), &Job::finished, this, &ExportPage::refreshButtons);
        refresh();
    }

protected:
    void showEvent(QShowEvent* event) override
    {
        QWidget::showEvent(event);
        if (m_checkNeeded)
            check();
    }

private:
    QWidget* buildModelPart()
    {
        m_plain = new QRadioButton(tr("8-bit containers (opset 13)"));
        m_plain->setObjectName(QStringLiteral("containers8"));
        m_plain->setToolTip(tr("Codes below 8 bits lie in int8 and uint8 tensors on their own grid; ONNX Runtime loads and fuses it."));
        m_packed = new QRadioButton(tr("Packed 4- and 16-bit types (opset 21)"));
        m_packed->setObjectName(QStringLiteral("containersPacked"));
        m_packed->setToolTip(tr("Real int4, uint4, int16 and uint16 tensors; the runtime must know opset 21."));
        m_plain->setChecked(true);
        m_floatIo = new QCheckBox(tr("Inputs and outputs stay float"));
        m_floatIo->setObjectName(QStringLiteral("floatIo"));
        m_floatIo->setChecked(true);
        m_floatIo->setToolTip(tr("Otherwise the program that runs the model hands over and gets codes."));
        for (QAbstractButton* button : std::initializer_list<QAbstractButton*>{m_plain, m_packed, m_floatIo})
            connect(button, &QAbstractButton::toggled, this, &ExportPage::checkLater);
        m_facts = new Facts;
        m_refusals = new GridView;
        m_refusals->setObjectName(QStringLiteral("refusals"));
        connect(m_refusals, &QAbstractItemView::doubleClicked, this, [this] {
            m_session.selection().selectOne(m_refusals->currentId());
            m_session.showPage(QStringLiteral("precision"));
        });
        m_verdict = quietText();
        m_verdict->setObjectName(QStringLiteral("exportVerdict"));
        m_export = new QPushButton(tr("Export ONNX model…"));
        m_export->setObjectName(QStringLiteral("exportModel"));
        connect(m_export, &QPushButton::clicked, this, &ExportPage::exportModel);

        auto* box = new QWidget;
        auto* layout = new QVBoxLayout(box);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(8);
        layout->addWidget(heading(tr("Model file")));
        layout->addWidget(m_facts);
        auto* choices = new QVBoxLayout;
        choices->setSpacing(4);
        choices->addWidget(m_plain);
        choices->addWidget(m_packed);
        choices->addWidget(m_floatIo);
        layout->addSpacing(4);
        layout->addLayout(choices);
        layout->addWidget(m_verdict);
        layout->addWidget(m_refusals);
        layout->addWidget(m_export, 0, Qt::AlignLeft);
        layout->addStretch();
        return box;
    }

    QWidget* buildBundlePart()
    {
        m_key = new FileField(tr("Private key"), tr("Keys (*.pem);;All files (*)"));
        m_key->setObjectName(QStringLiteral("keyFile"));
        m_passphrase = new QLineEdit;
        m_passphrase->setObjectName(QStringLiteral("passphrase"));
        m_passphrase->setEchoMode(QLineEdit::Password);
        m_passphrase->setPlaceholderText(tr("of the key; at least 8 characters for a new one"));
        m_product = new QLineEdit;
        m_product->setObjectName(QStringLiteral("product"));
        m_version = new QLineEdit(QStringLiteral("1.0.0"));
        m_version->setObjectName(QStringLiteral("version"));
        m_newKey = new QPushButton(tr("New key…"));
        m_newKey->setObjectName(QStringLiteral("newKey"));
        m_newKey->setToolTip(tr("Makes an ES256 key, encrypted with the passphrase, and its public key beside it."));
        m_bundle = new QPushButton(tr("Create signed bundle…"));
        m_bundle->setObjectName(QStringLiteral("createBundle"));
        m_bundleNote = quietText();
        connect(m_newKey, &QPushButton::clicked, this, &ExportPage::makeKey);
        connect(m_bundle, &QPushButton::clicked, this, &ExportPage::makeBundle);
        for (QLineEdit* edit : {m_passphrase, m_product, m_version})
            connect(edit, &QLineEdit::textChanged, this, &ExportPage::refreshButtons);
        connect(m_key, &FileField::pathChanged, this, &ExportPage::refreshButtons);
        m_key->setPath(QSettings().value(QStringLiteral("export/key")).toString());

        auto* keyLine = new QHBoxLayout;
        keyLine->setSpacing(4);
        keyLine->addWidget(m_key, 1);
        keyLine->addWidget(m_newKey);
        auto* form = new QFormLayout;
        form->setContentsMargins(0, 0, 0, 0);
        form->setHorizontalSpacing(12);
        form->setVerticalSpacing(8);
        form->addRow(tr("Key"), keyLine);
        form->addRow(labelOf(tr("Passphrase")), m_passphrase);
        form->addRow(tr("Product"), m_product);
        form->addRow(tr("Version"), m_version);
        auto* box = new QWidget;
        auto* layout = new QVBoxLayout(box);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(8);
        layout->addWidget(heading(tr("Signed bundle")));
        layout->addWidget(quietText(tr("One file with the model, its grids, what it was validated on, and a signature over every byte.")));
        layout->addLayout(form);
        layout->addWidget(m_bundleNote);
        layout->addWidget(m_bundle, 0, Qt::AlignLeft);
        layout->addSpacing(16);
        addVerify(*layout);
        layout->addStretch();
        return box;
    }

    /// Labels of both forms are equally wide, so that their fields stand in one line.
    QLabel* labelOf(const QString& label)
    {
        auto* result = new QLabel(label);
        result->setMinimumWidth(std::max(fontMetrics().horizontalAdvance(tr("Passphrase")), fontMetrics().horizontalAdvance(tr("Public key"))));
        return result;
    }

    void addVerify(QVBoxLayout& layout)
    {
        m_bundleFile = new FileField(tr("Bundle"), tr("Bundles (*.lathebundle);;All files (*)"));
        m_bundleFile->setObjectName(QStringLiteral("bundleFile"));
        m_publicKey = new FileField(tr("Public key"), tr("Keys (*.pem);;All files (*)"));
        m_publicKey->setObjectName(QStringLiteral("publicKey"));
        m_verify = new QPushButton(tr("Verify"));
        m_verify->setObjectName(QStringLiteral("verify"));
        connect(m_verify, &QPushButton::clicked, this, [this] { m_session.verifyBundleFile(m_bundleFile->path(), m_publicKey->path()); });
        for (FileField* field : {m_bundleFile, m_publicKey})
            connect(field, &FileField::pathChanged, this, &ExportPage::refreshButtons);
        m_verified = new Facts;
        m_verified->setObjectName(QStringLiteral("verified"));
        auto* form = new QFormLayout;
        form->setContentsMargins(0, 0, 0, 0);
        form->setHorizontalSpacing(12);
        form->setVerticalSpacing(8);
        form->addRow(tr("Bundle"), m_bundleFile);
        form->addRow(labelOf(tr("Public key")), m_publicKey);
        layout.addWidget(heading(tr("Check a bundle")));
        layout.addLayout(form);
        layout.addWidget(m_verify, 0, Qt::AlignLeft);
        layout.addWidget(m_verified);
    }

    QWidget* buildContent()
    {
        m_done->hide();
        m_done->setObjectName(QStringLiteral("exportDone"));
        connect(m_done, &MessageBar::buttonClicked, this,
                [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(text(Path(m_lastPath.toStdString()).parent_path()))); });
        auto* columns = new QHBoxLayout;
        columns->setContentsMargins(12, 8, 12, 8);
        columns->setSpacing(32);
        for (QWidget* part : {buildModelPart(), buildBundlePart()}) {
            part->setMaximumWidth(fontMetrics().averageCharWidth() * 76);
            columns->addWidget(part, 8);
        }
        columns->addStretch(1);
        auto* inner = new QWidget;
        inner->setLayout(columns);
        auto* scroll = new QScrollArea;
        scroll->setWidget(inner);
        scroll->setWidgetResizable(true);
        scroll->setFrameShape(QFrame::NoFrame);
        auto* content = new QWidget;
        auto* layout = new QVBoxLayout(content);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(0);
        layout->addWidget(m_done);
        layout->addWidget(scroll, 1);
        return content;
    }

    ExportOptions options() const
    {
        ExportOptions result;
        result.packed = m_packed->isChecked();
        result.floatIo = m_floatIo->isChecked();
        if (m_session.model())
            result.sourceDigest = m_session.model()->fileDigest.hex();
        return result;
    }

    void refresh()
    {
        const bool ready = m_session.model() && (m_session.statistics() || m_session.model()->lifted);
        m_stack->setCurrentIndex(ready || m_checksBundles ? 1 : 0);
        if (!m_session.model()) {
            m_empty->setContent(QStringLiteral("export"), tr("No model yet"),
                                tr("Open a model, calibrate and validate it; here it leaves as an ONNX file or a signed bundle."));
            m_help->setText(tr("Go to the model"));
            m_helpPage = QStringLiteral("model");
        } else if (const QString why = m_session.cannotRunText(); !ready && !why.isEmpty()) {
            m_empty->setContent(QStringLiteral("export"), tr("This model cannot run"), why);
            m_help->setText(tr("Go to the model"));
            m_helpPage = QStringLiteral("model");
        } else if (!ready) {
            m_empty->setContent(QStringLiteral("export"), tr("Not calibrated yet"),
                                tr("A quantized model needs ranges, and ranges come from data. Calibrate first."));
            m_help->setText(tr("Go to the data"));
            m_helpPage = QStringLiteral("data");
        } else if (m_product->text().isEmpty()) {
            m_product->setText(QString::fromStdString(productName(m_session.model()->path.stem().string())));
        }
        if (ready && m_checkNeeded && isVisible())
            check();
        refreshButtons();
    }

    void refreshButtons()
    {
        const bool idle = !m_session.job().running();
        m_export->setEnabled(idle && m_session.model());
        m_newKey->setEnabled(idle && m_passphrase->text().size() >= 8);
        const bool complete = !m_key->path().isEmpty() && !m_passphrase->text().isEmpty() && !m_product->text().isEmpty() &&
                              !m_version->text().isEmpty();
        m_bundle->setEnabled(idle && complete && m_session.canValidate());
        m_verify->setEnabled(idle && !m_bundleFile->path().isEmpty() && !m_publicKey->path().isEmpty());
        if (!m_session.canValidate())
            m_bundleNote->setText(tr("Needs the data set: a bundle says what it was validated on."));
        else if (!m_session.currentRun())
            m_bundleNote->setText(tr("The present plan has not been validated: that is done first, and takes as long."));
        else
            m_bundleNote->setText(tr("The bundle carries the validation run of the present plan."));
    }

    void checkLater()
    {
        m_checkNeeded = true;
        if (isVisible())
            check();
    }

    void check()
    {
        const auto& model = m_session.model();
        if (!model || !(m_session.statistics() || model->lifted))
            return;
        m_checkNeeded = false;
        m_verdict->setText(tr("Checking what this plan needs…"));
        m_checkJob.start({}, [source = m_session.quantSource(), chosen = options()](const JobContext& context) {
            const auto quantized = quantizedFor(source, context.control());
            return std::make_shared<const ExportCheck>(ExportCheck{
                exportRefusals(quantized->applied, source.plan, chosen), quantized->packedBytes, source.model->floatBytes});
        }, [this](std::shared_ptr<const ExportCheck> result) { showCheck(*result); });
    }

    void showCheck(const ExportCheck& result)
    {
        m_refusals->setGrid(refusalGrid(*m_session.model(), result.refusals));
        m_refusals->fitHeight(10);
        m_refusals->setVisible(!result.refusals.empty());
        m_verdict->setText(result.refusals.empty()
                               ? tr("Everything in this plan can be written.")
                               : tr("%n layers cannot be written so; double-click one to change it.", nullptr,
                                    static_cast<int>(result.refusals.size())));
        const Model& model = *m_session.model();
        m_facts->setFacts({
            {tr("Target"), QString::fromStdString(m_session.plan().target), tr("Whose placement rules the graph follows.")},
            {tr("Weights"), formatCounts(model, m_session.plan(), weightFormat), tr("How many layers have weights in which format.")},
            {tr("Activations"), formatCounts(model, m_session.plan(), activationFormat), tr("How many layers ask for activations in which format.")},
            {tr("Float size"), bytesText(result.floatBytes), tr("All parameters in 32-bit floats.")},
            {tr("Packed size"), bytesText(result.packedBytes), tr("What the target stores: codes at their own bit-width, scales, zero-points, biases.")},
            {tr("Validated"), validationText(), tr("The newest run of exactly this plan on exactly this data.")},
        });
    }

    QString validationText() const
    {
        const auto run = m_session.currentRun();
        if (!run || run->metrics.empty())
            return tr("not yet with this plan");
        const MetricResult* metric = m_session.dataset() ? run->metric(m_session.dataset()->info().metric) : nullptr;
        if (!metric)
            metric = &run->metrics.front();
        return tr("%1 %2, float %3, %n samples", nullptr, static_cast<int>(run->samples.size()))
            .arg(metricLabel(metric->id), metricValueText(metric->id, metric->quantizedValue),
                 metricValueText(metric->id, metric->floatValue));
    }

    QString askFile(const QString& title, const QString& suffix, const QString& filter)
    {
        const Path source = m_session.model()->path;
        const QString proposed = text(source.parent_path() / (source.stem().string() + suffix.toStdString()));
        return QFileDialog::getSaveFileName(this, title, proposed, filter);
    }

    void exportModel()
    {
        const QString path = askFile(tr("Export ONNX model"), QStringLiteral(".quantized.onnx"), tr("ONNX models (*.onnx)"));
        if (!path.isEmpty())
            m_session.exportModel(path, options());
    }

    void makeKey()
    {
        const QString path = QFileDialog::getSaveFileName(this, tr("New signing key"), QStringLiteral("signing-key.pem"), tr("Keys (*.pem)"));
        if (!path.isEmpty())
            m_session.generateKey(path, m_passphrase->text());
    }

    void makeBundle()
    {
        const QString path = askFile(tr("Create signed bundle"), QStringLiteral(".lathebundle"), tr("Bundles (*.lathebundle)"));
        if (path.isEmpty())
            return;
        Release release;
        release.product = m_product->text().toStdString();
        release.version = m_version->text().toStdString();
        m_session.createBundle(path, m_key->path(), m_passphrase->text(), release, options());
    }

    void showDone(const QString& path, const QString& what, const QString& why)
    {
        m_lastPath = path;
        m_done->showMessage(MessageBar::Kind::info, what, why, tr("Open folder"));
    }

    void showExported(const QString& path, qint64 bytes)
    {
        showDone(path, tr("Model exported"), tr("%1 (%2)").arg(path, bytesText(bytes)));
    }

    void showBundled(const BundleReceipt& receipt)
    {
        m_bundleFile->setPath(text(receipt.path));
        showDone(text(receipt.path), tr("Bundle made and signed"),
                 tr("%1 (%2), identity %3…").arg(text(receipt.path), bytesText(receipt.bytes),
                                                  QString::fromStdString(receipt.identity.substr(0, 16))));
    }

    void showKey(const KeyReceipt& receipt)
    {
        m_key->setPath(text(receipt.privateKey));
        m_publicKey->setPath(text(receipt.publicKey));
        QSettings().setValue(QStringLiteral("export/key"), m_key->path());
        showDone(text(receipt.privateKey), tr("Key made"),
                 tr("%1 is secret; give %2 to whoever checks bundles.").arg(text(receipt.privateKey), text(receipt.publicKey)));
    }

    void showVerified(const VerifyReceipt& receipt)
    {
        const Manifest& manifest = receipt.contents.manifest;
        QStringList signers;
        for (const std::string& signer : receipt.contents.signers)
            signers.append(QString::fromStdString(signer));
        std::vector<Fact> facts{
            {tr("Signature"), tr("valid"), tr("Every byte is covered by a signature of this key.")},
            {tr("Signed by"), signers.join(QLatin1Char('\n')), tr("Id of the key.")},
            {tr("Product"), QString::fromStdString(manifest.product + " " + manifest.version), {}},
            {tr("Made"), QString::fromStdString(manifest.created), tr("UTC.")},
            {tr("Identity"), QString::fromStdString(receipt.contents.identity.hex()), tr("SHA-256 of the manifest.")},
        };
        for (const ManifestFile& file : manifest.files)
            facts.push_back({QString::fromStdString(file.role), QStringLiteral("%1, %2").arg(QString::fromStdString(file.path), bytesText(file.size)), QString::fromStdString(file.sha256.hex())});
        m_verified->setFacts(facts);
    }

    Session& m_session;
    QStackedLayout* m_stack;
    EmptyState* m_empty;
    QPushButton* m_help = nullptr;
    QString m_helpPage;
    MessageBar* m_done;
    QString m_lastPath;
    Facts* m_facts = nullptr;
    QRadioButton* m_plain = nullptr;
    QRadioButton* m_packed = nullptr;
    QCheckBox* m_floatIo = nullptr;
    QLabel* m_verdict = nullptr;
    GridView* m_refusals = nullptr;
    QPushButton* m_export = nullptr;
    FileField* m_key = nullptr;
    QPushButton* m_newKey = nullptr;
    QLineEdit* m_passphrase = nullptr;
    QLineEdit* m_product = nullptr;
    QLineEdit* m_version = nullptr;
    QLabel* m_bundleNote = nullptr;
    QPushButton* m_bundle = nullptr;
    FileField* m_bundleFile = nullptr;
    FileField* m_publicKey = nullptr;
    QPushButton* m_verify = nullptr;
    Facts* m_verified = nullptr;
    bool m_checksBundles = false; ///< a bundle can be checked without any model
    bool m_checkNeeded = true;
    Job m_checkJob;
};

QWidget* create(Session& session, QWidget* parent)
{
    return new ExportPage(session, parent);
}

}

void register_export_page(Table<Page>& table)
{
    table.add({.id = "export", .label = QT_TRANSLATE_NOOP("Page", "Export"), .icon = "export", .create = create});
}

}

#include "export_page.moc"
