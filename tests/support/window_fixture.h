// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/common/qt_image_decoder.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "tests/support/shared_files.h"
#include "widgets/main_window.h"
#include "widgets/session/session.h"

#include <QDir>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

namespace lathe::test {

/// A session with the sample model and a part of its data, in a folder of its own; settings of the person are not touched.
class SessionFixture
{
public:
    SessionFixture()
    {
        QCoreApplication::setOrganizationName(QStringLiteral("tensorlathe-test"));
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.filePath(QStringLiteral("settings")));
        writeDataset(32, 48);
        Session::Options options;
        options.decoder = qtImageDecoder();
        options.privateFolder = folder.filePath(QStringLiteral("unsaved"));
        options.sampleFolder = QString::fromStdString(resourceFile("sample").string());
        session = std::make_unique<Session>(options);
    }

    static QString modelFile() { return QString::fromStdString(resourceFile("sample/glyphs.onnx").string()); }
    QString datasetFile() const { return folder.filePath(QStringLiteral("data.json")); }

    /// A part of the sample's data, so that tests stay quick.
    void writeDataset(int calibration, int validation)
    {
        const Path source = resourceFile("sample/dataset.json");
        Json json = parseJson(systemFs().readText(source), "dataset.json");
        json["path"] = (source.parent_path() / json["path"].get<std::string>()).string();
        json["labels"]["file"] = (source.parent_path() / json["labels"]["file"].get<std::string>()).string();
        json["calibration"]["count"] = calibration;
        json["validation"]["count"] = validation;
        systemFs().writeWhole(datasetFile().toStdString(), dumpJsonPretty(json));
    }

    bool waitIdle(int timeoutMs = 60000)
    {
        return QTest::qWaitFor([this] { return !session->job().running(); }, timeoutMs);
    }
    bool openSample()
    {
        session->open({modelFile(), datasetFile()});
        return waitIdle() && session->model() && session->dataset();
    }
    bool calibrate()
    {
        session->calibrate();
        return waitIdle() && session->statistics();
    }
    /// Until the present plan has been measured on the probe set.
    bool waitFigures(int timeoutMs = 60000)
    {
        return QTest::qWaitFor([this] { return session->figures() && session->figures()->resolved && !session->figuresStale(); },
                               timeoutMs);
    }
    bool profile()
    {
        session->measureProfile(1);
        return waitIdle() && session->profile();
    }
    bool validate()
    {
        session->validate();
        return waitIdle() && session->currentRun();
    }

    QTemporaryDir folder;
    std::unique_ptr<Session> session;
};

}
