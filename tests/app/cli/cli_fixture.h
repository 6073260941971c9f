// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <optional>

namespace lathe::test {

/// What the program answered.
struct Answer
{
    int status = -1; ///< -1: it crashed or hung
    QByteArray out;
    QByteArray err;
    bool killed = false; ///< by the interrupt, before its main() had begun

    /// The document on standard output; nothing when there is none or anything else beside it.
    std::optional<QJsonObject> json() const;
    /// Status and error text, for failure messages.
    QByteArray text() const;
};

/// How to run it, where the default is not what a test wants.
struct CliRun
{
    QByteArrayList environment = {}; ///< "NAME=value"
    qint64 largestFile = 0;          ///< bytes that a file may have (as on a full disk); 0: no limit
    int interruptAfterMs = -1;       ///< SIGINT after this time
    qint64* stopMs = nullptr;        ///< set to the time from SIGINT to the end
};

/// The real program in a folder of its own, with the sample at hand.
class CliFixture
{
public:
    CliFixture();

    QString path(const QString& name) const { return m_folder.filePath(name); }
    bool exists(const QString& name) const;
    /// Names in the folder, hidden ones too, sorted.
    QStringList files() const;
    void write(const QString& name, const QByteArray& bytes) const;
    QByteArray read(const QString& name) const;
    void copy(const QString& source, const QString& name) const;

    /// Runs in the folder. `arguments` are words with blanks between; no word may hold one. {model}, {data}, {sample} and
    /// {shared} stand for the sample's model, dataset file and folder, and for the folder of large test assets.
    Answer run(const QString& arguments, const CliRun& how = {}) const;
    /// As run() with --json; fails the test unless it succeeds with one document.
    QJsonObject json(const QString& arguments) const;
    /// Calibrates the sample's model into `name`, 64 samples unless told.
    void calibrate(const QString& name, const QString& more = QStringLiteral("--limit 64")) const;
    /// One picture of the sample as "image.npy", float32 [1,3,32,32].
    void writeImage(const QString& name = QStringLiteral("image.npy")) const;

private:
    QTemporaryDir m_folder;
};

/// True when every key is there.
bool hasKeys(const QJsonObject& object, const QStringList& keys);

}
