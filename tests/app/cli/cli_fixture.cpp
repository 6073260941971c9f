// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli/cli_fixture.h"

#include "tests/support/shared_files.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QTest>

#include <csignal>
#include <sys/resource.h>

namespace lathe::test {
namespace {

constexpr int longestRunMs = 100'000;

void limitFiles(qint64 bytes)
{
    if (bytes <= 0)
        return;
    std::signal(SIGXFSZ, SIG_IGN); // as on a full disk, writing then fails with an error
    const rlimit limit{static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
    setrlimit(RLIMIT_FSIZE, &limit);
}

QString filled(QString argument)
{
    const auto file = [](const std::filesystem::path& path) { return QString::fromStdString(path.string()); };
    return argument.replace(QLatin1String("{model}"), file(resourceFile("sample/glyphs.onnx")))
        .replace(QLatin1String("{data}"), file(resourceFile("sample/dataset.json")))
        .replace(QLatin1String("{sample}"), file(resourceFile("sample")))
        .replace(QLatin1String("{shared}"), file(sharedFile("")));
}

}

std::optional<QJsonObject> Answer::json() const
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(out, &error);
    return error.error == QJsonParseError::NoError && document.isObject() ? std::optional(document.object()) : std::nullopt;
}

QByteArray Answer::text() const
{
    return "status " + QByteArray::number(status) + ", error text: " + err + ", output: " + out.left(300);
}

CliFixture::CliFixture()
{
    if (!m_folder.isValid())
        qFatal("no temporary folder");
}

bool CliFixture::exists(const QString& name) const
{
    return QFile::exists(path(name));
}

QStringList CliFixture::files() const
{
    return QDir(m_folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot, QDir::Name);
}

void CliFixture::write(const QString& name, const QByteArray& bytes) const
{
    QDir(m_folder.path()).mkpath(QFileInfo(path(name)).path());
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", qPrintable(name));
}

QByteArray CliFixture::read(const QString& name) const
{
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void CliFixture::copy(const QString& source, const QString& name) const
{
    QFile::remove(path(name));
    QDir(m_folder.path()).mkpath(QFileInfo(path(name)).path());
    if (!QFile::copy(QDir::isAbsolutePath(source) ? source : path(source), path(name)))
        qFatal("cannot copy %s", qPrintable(source));
    QFile::setPermissions(path(name), QFile::ReadOwner | QFile::WriteOwner);
}

Answer CliFixture::run(const QString& arguments, const CliRun& how) const
{
    QStringList words = arguments.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (QString& word : words)
        word = filled(word);
    QProcess process;
    process.setWorkingDirectory(m_folder.path());
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(QStringLiteral("SOURCE_DATE_EPOCH"));
    for (const QByteArray& variable : how.environment)
        environment.insert(QString::fromUtf8(variable.left(variable.indexOf('='))),
                           QString::fromUtf8(variable.mid(variable.indexOf('=') + 1)));
    process.setProcessEnvironment(environment);
    process.setStandardInputFile(QProcess::nullDevice());
    process.setChildProcessModifier([bytes = how.largestFile] { limitFiles(bytes); });
    process.start(qEnvironmentVariable("LATHE_CLI"), words);
    if (!process.waitForStarted())
        qFatal("LATHE_CLI does not name the program: \"%s\"", qPrintable(qEnvironmentVariable("LATHE_CLI")));
    QElapsedTimer stopping;
    if (how.interruptAfterMs >= 0 && !process.waitForFinished(how.interruptAfterMs)) {
        stopping.start();
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    }
    const bool ended = process.state() == QProcess::NotRunning || process.waitForFinished(longestRunMs);
    if (how.stopMs)
        *how.stopMs = stopping.isValid() ? stopping.elapsed() : -1;
    Answer answer{-1, process.readAllStandardOutput(), process.readAllStandardError(), false};
    if (ended && process.exitStatus() == QProcess::NormalExit)
        answer.status = process.exitCode();
    // Of a process that a signal ended, Qt gives the signal's number.
    answer.killed = ended && process.exitStatus() == QProcess::CrashExit && process.exitCode() == SIGINT;
    return answer;
}

QJsonObject CliFixture::json(const QString& arguments) const
{
    const Answer answer = run(QStringLiteral("--json ") + arguments);
    const auto document = answer.json();
    if (answer.status != 0 || !document) {
        QTest::qFail(qPrintable(arguments + QStringLiteral(": ") + QString::fromUtf8(answer.text())), __FILE__, __LINE__);
        return {};
    }
    return *document;
}

void CliFixture::calibrate(const QString& name, const QString& more) const
{
    json(QStringLiteral("calibrate {model} --data {data} -o %1 %2").arg(name, more));
}

void CliFixture::writeImage(const QString& name) const
{
    const QByteArray dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 32, 32), }";
    QByteArray header = QByteArray("\x93NUMPY\x01\x00", 8);
    const int room = 128 - 10;
    header += QByteArray(1, char(room)) + QByteArray(1, '\0');
    header += dictionary + QByteArray(room - 1 - dictionary.size(), ' ') + '\n';
    QByteArray values;
    for (int i = 0; i < 3 * 32 * 32; ++i) {
        const float value = static_cast<float>((i * 37) % 256) / 64.0F - 2.0F;
        values.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    write(name, header + values);
}

bool hasKeys(const QJsonObject& object, const QStringList& keys)
{
    for (const QString& key : keys)
        if (!object.contains(key)) {
            qWarning("the key %s is missing", qPrintable(key));
            return false;
        }
    return true;
}

}
