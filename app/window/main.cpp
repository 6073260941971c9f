// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/common/calm_threads.h"
#include "app/common/qt_image_decoder.h"
#include "app/common/resource_path.h"
#include "core/base/version.h"
#include "widgets/main_window.h"
#include "widgets/session/session.h"
#include "widgets/support/languages.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QStandardPaths>
#include <QTimer>

namespace {

/// The sample's folder, or nothing where it is not installed.
QString sampleFolder()
{
    try {
        const auto folder = lathe::resourcesDir() / "sample";
        if (std::filesystem::exists(folder / "glyphs.onnx"))
            return QString::fromStdString(folder.string());
    } catch (const std::exception&) {
        // The window works without it.
    }
    return {};
}

}

int main(int argc, char* argv[])
{
    lathe::calmThreads(argv);
    QApplication app(argc, argv);
    QApplication::setApplicationName(QStringLiteral("tensorlathe"));
    QApplication::setOrganizationName(QStringLiteral("tensorlathe"));
    QApplication::setApplicationVersion(QString::fromUtf8(lathe::version().data()));
    QApplication::setDesktopFileName(QStringLiteral(LATHE_APP_ID));
    lathe::installLanguages(QLocale(), QStringLiteral(":/translations"));

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QCoreApplication::translate("main", "A workbench that turns a neural network down to the bits it needs."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption sample(QStringLiteral("sample"), QCoreApplication::translate("main", "Open the sample model and its data."));
    parser.addOption(sample);
    parser.addPositionalArgument(QStringLiteral("files"),
                                 QCoreApplication::translate("main", "Models, projects, dataset files, plans, or folders of images."),
                                 QStringLiteral("[files...]"));
    parser.process(app);

    lathe::Session::Options options;
    options.decoder = lathe::qtImageDecoder();
    options.privateFolder = QDir(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation)).filePath(QStringLiteral("unsaved"));
    options.sampleFolder = sampleFolder();
    lathe::Session session(options);
    lathe::MainWindow window(session);
    window.show();
    QTimer::singleShot(0, &session, [&] {
        if (!parser.positionalArguments().isEmpty())
            session.open(parser.positionalArguments());
        else if (parser.isSet(sample) && !options.sampleFolder.isEmpty())
            session.openSample();
    });
    return QApplication::exec();
}
