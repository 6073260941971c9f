// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/shared_files.h"

#include <QFile>
#include <QImage>
#include <QPainter>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QStandardPaths>
#include <QSvgRenderer>
#include <QTest>
#include <QXmlStreamReader>

/// The desktop entry, the AppStream metadata, the MIME types and the scripts' package list agree with each other.
class TstPackaging : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void idsAgree();
    void mediaTypesAgree();
    void versionAgrees();
    void iconDraws();
    void desktopEntryValidates();
    void metainfoValidates();
    void dependenciesAreWellFormed();
    void scriptsParse_data();
    void scriptsParse();
};

namespace {

const QString appId = QStringLiteral(LATHE_APP_ID);

QString built(const QString& ending)
{
    return QStringLiteral(LATHE_PACKAGING_DIR) + '/' + appId + ending;
}

QString sourcePath(const char* relative)
{
    return QString::fromStdString(lathe::test::sourceFile(relative).string());
}

QString read(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QString desktopValue(const QString& key)
{
    const QRegularExpression pattern('^' + key + "=(.*)$", QRegularExpression::MultilineOption);
    return pattern.match(read(built(".desktop"))).captured(1);
}

/// The texts of all elements with this name, or the values of their attribute.
QStringList xmlValues(const QString& path, const QString& element, const QString& attribute = {})
{
    QStringList values;
    QXmlStreamReader xml(read(path));
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement || xml.name() != element)
            continue;
        values += attribute.isEmpty() ? xml.readElementText() : xml.attributes().value(attribute).toString();
    }
    return xml.hasError() ? QStringList() : values;
}

QSet<QString> asSet(const QStringList& values)
{
    return {values.begin(), values.end()};
}

void runTool(const QString& tool, const QStringList& arguments)
{
    if (QStandardPaths::findExecutable(tool).isEmpty())
        QSKIP(qPrintable(tool + " is not installed"));
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(tool, arguments);
    QVERIFY(process.waitForFinished());
    const QByteArray output = process.readAll();
    QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0, output.constData());
}

}

void TstPackaging::idsAgree()
{
    const QString metainfo = built(".metainfo.xml");
    QCOMPARE(xmlValues(metainfo, "id"), QStringList(appId));
    QCOMPARE(xmlValues(metainfo, "launchable"), QStringList(appId + ".desktop"));
    QCOMPARE(xmlValues(metainfo, "icon"), QStringList(appId));
    QCOMPARE(desktopValue("Icon"), appId);
    const QString program = desktopValue("Exec").section(' ', 0, 0);
    QCOMPARE(desktopValue("StartupWMClass"), program);
    QVERIFY(xmlValues(metainfo, "binary").contains(program));
}

void TstPackaging::mediaTypesAgree()
{
    const QSet<QString> declared = asSet(xmlValues(built(".xml"), "mime-type", "type"));
    QCOMPARE(declared.size(), 3);
    QCOMPARE(asSet(desktopValue("MimeType").split(';', Qt::SkipEmptyParts)), declared);
    QCOMPARE(asSet(xmlValues(built(".metainfo.xml"), "mediatype")), declared);
}

void TstPackaging::versionAgrees()
{
    QCOMPARE(xmlValues(built(".metainfo.xml"), "release", "version").value(0), QStringLiteral(LATHE_VERSION));
}

void TstPackaging::iconDraws()
{
    QSvgRenderer renderer(sourcePath("packaging/tensorlathe.svg"));
    QVERIFY(renderer.isValid());
    QImage image(64, 64, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    renderer.render(&painter);
    painter.end();
    QSet<QRgb> colours;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            colours.insert(image.pixel(x, y));
    QVERIFY(colours.size() > 3);
}

void TstPackaging::desktopEntryValidates()
{
    runTool("desktop-file-validate", {built(".desktop")});
}

void TstPackaging::metainfoValidates()
{
    runTool("appstreamcli", {"validate", "--no-net", built(".metainfo.xml")});
}

void TstPackaging::dependenciesAreWellFormed()
{
    static const QRegularExpression row("^(build|run|test|later) +[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)? +# \\S.*$");
    QSet<QString> packages;
    const QStringList lines = read(sourcePath("packaging/dependencies.txt")).split('\n', Qt::SkipEmptyParts);
    QVERIFY(lines.size() > 20);
    for (const QString& line : lines) {
        if (line.startsWith('#'))
            continue;
        QVERIFY2(row.match(line).hasMatch(), qPrintable(line));
        const QString package = line.split(' ', Qt::SkipEmptyParts).at(1);
        QVERIFY2(!packages.contains(package), qPrintable(package + " is listed twice"));
        packages.insert(package);
    }
}

void TstPackaging::scriptsParse_data()
{
    QTest::addColumn<QString>("script");
    for (const char* script : {"packaging/run.sh", "packaging/test.sh", "packaging/common.sh", ".ci/run"})
        QTest::newRow(script) << sourcePath(script);
}

void TstPackaging::scriptsParse()
{
    QFETCH(QString, script);
    runTool("bash", {"-n", script});
}

QTEST_MAIN(TstPackaging)
#include "tst_packaging.moc"
