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

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string_view>

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

/// True when the program is only asked for its help or version, which needs no display.
bool asksAboutItself(int argc, char* argv[])
{
    constexpr std::array<std::string_view, 5> questions{"-h", "--help", "--help-all", "-v", "--version"};
    const std::span arguments(argv, static_cast<std::size_t>(argc));
    return std::any_of(arguments.begin() + 1, arguments.end(), [&](const char* argument) {
        return std::find(questions.begin(), questions.end(), argument) != questions.end();
    });
}

QCommandLineOption sampleOption()
{
    return {QStringLiteral("sample"),
            QCoreApplication::translate("main", "Open the sample model and its data.")};
}

/// Reads the command line; ends the program where it asks for help or version, or has an unknown option.
void process(QCommandLineParser& parser)
{
    parser.setApplicationDescription(QCoreApplication::translate(
        "main", "A workbench that turns a neural network down to the bits it needs."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOption(sampleOption());
    parser.addPositionalArgument(
        QStringLiteral("files"),
        QCoreApplication::translate("main", "Models, projects, dataset files, plans, or folders of images."),
        QStringLiteral("[files...]"));
    parser.process(*QCoreApplication::instance());
}

}

int main(int argc, char* argv[])
{
    lathe::calmThreads(argv);
    QCoreApplication::setApplicationName(QStringLiteral("tensorlathe"));
    QCoreApplication::setOrganizationName(QStringLiteral("tensorlathe"));
    QCoreApplication::setApplicationVersion(QString::fromUtf8(lathe::version().data()));
    QGuiApplication::setDesktopFileName(QStringLiteral(LATHE_APP_ID));
    const std::unique_ptr<QCoreApplication> app = asksAboutItself(argc, argv)
                                                      ? std::make_unique<QCoreApplication>(argc, argv)
                                                      : std::make_unique<QApplication>(argc, argv);
    lathe::installLanguages(QLocale(), QStringLiteral(":/translations"));
    QCommandLineParser parser;
    process(parser);

    lathe::Session::Options options;
    options.decoder = lathe::qtImageDecoder();
    options.privateFolder = QDir(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation))
                                .filePath(QStringLiteral("unsaved"));
    options.sampleFolder = sampleFolder();
    lathe::Session session(options);
    lathe::MainWindow window(session);
    window.show();
    QTimer::singleShot(0, &session, [&] {
        if (!parser.positionalArguments().isEmpty())
            session.open(parser.positionalArguments());
        else if (parser.isSet(sampleOption()) && !options.sampleFolder.isEmpty())
            session.openSample();
    });
    return QApplication::exec();
}
