// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/command_line.h"
#include "widgets/session/session.h"

#include <QFileInfo>

namespace lathe {
namespace {

const QString exportPage = QStringLiteral("export");

void addExportWords(QStringList& words, const ExportOptions& options)
{
    if (options.packed)
        words << QStringLiteral("--packed");
    if (!options.floatIo)
        words << QStringLiteral("--no-float-io");
}

}

void Session::exportModel(const QString& path, const ExportOptions& options)
{
    if (!m_model)
        return;
    QStringList words{QStringLiteral("quantize"), commandSource(), QStringLiteral("-o"), path};
    addExportWords(words, options);
    m_job.start({tr("Exporting %1").arg(QFileInfo(path).fileName()), tr("The model was not exported"), commandLine(words),
                 exportPage},
                [source = quantSource(), options, file = Path(path.toStdString())](const JobContext& context) {
                    const auto quantized = quantizedFor(source, context.control());
                    const Bytes bytes = exportOnnx(*source.model, *quantized, options, context.control());
                    context.control().throwIfStopped();
                    systemFs().writeWhole(file, bytes);
                    return static_cast<qint64>(bytes.size());
                },
                [this, path](qint64 bytes) { emit exported(path, bytes); });
}

void Session::createBundle(const QString& path, const QString& keyFile, const QString& passphrase, const Release& release,
                           const ExportOptions& options)
{
    if (!canValidate() || passphrase.isEmpty())
        return;
    BundleRequest request{quantSource(), m_dataset, currentRun(), options, release, keyFile.toStdString(),
                          std::make_shared<const Passphrase>(passphrase.toStdString()), path.toStdString(),
                          m_options.workers};
    QStringList words{QStringLiteral("bundle"), QStringLiteral("create"), commandSource(), QStringLiteral("-o"), path,
                      QStringLiteral("--key"), keyFile, QStringLiteral("--product"),
                      QString::fromStdString(release.product), QStringLiteral("--product-version"),
                      QString::fromStdString(release.version)};
    if (options.packed)
        words << QStringLiteral("--packed");
    m_job.start({tr("Making %1").arg(QFileInfo(path).fileName()), tr("The bundle was not made"), commandLine(words), exportPage},
                [request = std::move(request)](const JobContext& context) { return makeBundle(request, context.control()); },
                [this](const BundleReceipt& receipt) {
                    if (receipt.newRun)
                        takeRun(receipt.newRun);
                    emit bundled(receipt);
                });
}

void Session::generateKey(const QString& path, const QString& passphrase)
{
    if (passphrase.isEmpty())
        return;
    m_job.start({tr("Making a key"), tr("The key was not made"),
                 commandLine({QStringLiteral("key"), QStringLiteral("generate"), QStringLiteral("-o"), path}), exportPage},
                [file = Path(path.toStdString()),
                 secret = std::make_shared<const Passphrase>(passphrase.toStdString())](const JobContext&) {
                    return makeKey(file, *secret);
                },
                [this](const KeyReceipt& receipt) { emit keyMade(receipt); });
}

void Session::verifyBundleFile(const QString& path, const QString& publicKey)
{
    m_job.start({tr("Checking %1").arg(QFileInfo(path).fileName()), tr("The bundle is not good"),
                 commandLine({QStringLiteral("bundle"), QStringLiteral("verify"), path, QStringLiteral("--key"), publicKey}),
                 exportPage},
                [file = Path(path.toStdString()), key = Path(publicKey.toStdString())](const JobContext& context) {
                    return checkBundle(file, key, context.control());
                },
                [this](const VerifyReceipt& receipt) { emit verified(receipt); });
}

void Session::savePlan(const QString& path)
{
    m_job.start({tr("Saving %1").arg(QFileInfo(path).fileName()), tr("The plan was not saved"), {}, {}},
                [plan = m_plan, file = Path(path.toStdString())](const JobContext&) {
                    systemFs().writeWhole(file, dumpJsonPretty(planToJson(plan)));
                },
                [] {});
}

}
