// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/open_files.h"

#include "core/formats/formats.h"
#include "core/project/adjustment.h"
#include "core/project/target_store.h"

#include <QCoreApplication>
#include <algorithm>

namespace lathe {
namespace {

QString said(const char* text, const Path& path)
{
    return QCoreApplication::translate("open", text).arg(QString::fromStdString(path.filename().string()));
}

std::string lowerExtension(const Path& path)
{
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

bool isModelExtension(const std::string& extension)
{
    for (const Reader& reader : readers())
        if (std::find(reader.extensions.begin(), reader.extensions.end(), extension) != reader.extensions.end())
            return true;
    return false;
}

FileKind jsonKind(const Path& path, const Fs& fs)
{
    const Json json = parseJson(fs.readText(path), path.string());
    return json.is_object() && json.contains("layers") && !json.contains("type") ? FileKind::plan : FileKind::dataset;
}

/// One opening: collects what came of each path.
class Opening
{
public:
    Opening(const OpenRequest& request, const Control& control)
        : m_request(request)
        , m_control(control)
    {
    }

    Opened run()
    {
        std::vector<std::pair<Path, FileKind>> files;
        for (const Path& path : m_request.paths)
            attempt(QT_TRANSLATE_NOOP("open", "%1 could not be opened"), path,
                    [&] { files.emplace_back(path, fileKind(path, systemFs())); });
        for (const FileKind kind : {FileKind::project, FileKind::model, FileKind::dataset, FileKind::imageFolder,
                                    FileKind::plan, FileKind::bundle, FileKind::unknown})
            for (const auto& [path, itsKind] : files)
                if (itsKind == kind)
                    open(path, kind);
        return std::move(m_result);
    }

private:
    template <typename Work>
    void attempt(const char* failure, const Path& path, Work work)
    {
        try {
            work();
        } catch (...) {
            UserError error = userError(said(failure, path), std::current_exception());
            if (error.stopped)
                throw;
            m_result.troubles.push_back(error);
        }
    }

    std::shared_ptr<const Model> model() const { return m_result.model ? m_result.model : m_request.model; }

    void open(const Path& path, FileKind kind)
    {
        switch (kind) {
        case FileKind::project:
            attempt(QT_TRANSLATE_NOOP("open", "The project %1 could not be opened"), path, [&] { openProject(path); });
            break;
        case FileKind::model:
            attempt(QT_TRANSLATE_NOOP("open", "The model %1 could not be opened"), path, [&] { openModel(path); });
            break;
        case FileKind::dataset:
            attempt(QT_TRANSLATE_NOOP("open", "The data set %1 could not be opened"), path, [&] { openDataset(path); });
            break;
        case FileKind::imageFolder:
            attempt(QT_TRANSLATE_NOOP("open", "The folder %1 could not be opened"), path, [&] { openFolder(path); });
            break;
        case FileKind::plan:
            attempt(QT_TRANSLATE_NOOP("open", "The plan %1 could not be opened"), path, [&] {
                m_result.plan = parsePlan(parseJson(systemFs().readText(path), path.string()), path.string());
            });
            break;
        case FileKind::bundle: m_result.bundle = path; break;
        case FileKind::unknown:
            attempt(QT_TRANSLATE_NOOP("open", "%1 could not be opened"), path, [&] {
                throw Error(ErrorCode::unknownFormat, path.string(),
                            {{"extension", path.extension().string()},
                             {"known", ".onnx, .lathe, .lathebundle, .json (data set or plan), a folder of images"}});
            });
            break;
        }
    }

    void openModel(const Path& path)
    {
        m_control.progress(0, 0, "reading the model");
        m_result.model = loadModel(path, systemFs(), m_control);
        m_result.dataset.reset();
        m_result.modelPlan = exportedPlan(*m_result.model);
    }

    void openDataset(const Path& path)
    {
        if (!model()) {
            m_result.waiting.push_back(path);
            return;
        }
        m_control.progress(0, 0, "reading the data set");
        m_result.dataset = openDatasetFor(*model(), path, systemFs(), m_request.decoder, 0, m_control);
    }

    void openFolder(const Path& path)
    {
        if (!model()) {
            m_result.waiting.push_back(path);
            return;
        }
        const Json description = describeImageFolder(path, *model());
        systemFs().createFolders(m_request.privateFolder);
        const Path file = m_request.privateFolder / (path.filename().string() + ".dataset.json");
        systemFs().writeWhole(file, dumpJsonPretty(description));
        openDataset(file);
    }

    void openProject(const Path& path)
    {
        m_control.progress(0, 0, "reading the project");
        const auto project = Project::open(path, true);
        attempt(QT_TRANSLATE_NOOP("open", "The target profile of the project %1 could not be read"), path,
                [&] { addTargetOf(*project, systemFs()); });
        m_result.project = readProject(*project);
        m_result.projectPath = path;
        if (m_result.project->model)
            attempt(QT_TRANSLATE_NOOP("open", "The model of the project, %1, could not be opened"),
                    m_result.project->model->path, [&] {
                        openModel(m_result.project->model->path);
                        if (m_result.model->fileDigest != m_result.project->model->digest)
                            throw Error(ErrorCode::sourceChanged, m_result.model->path.string());
                        if (m_result.project->plan && m_result.project->statistics)
                            m_result.adjusted = storedAdjusted(*project, *m_result.model, *m_result.project->plan,
                                                               *m_result.project->statistics);
                    });
        if (m_result.project->dataset && m_result.model)
            attempt(QT_TRANSLATE_NOOP("open", "The data set of the project, %1, could not be opened"),
                    m_result.project->dataset->path, [&] { openDataset(m_result.project->dataset->path); });
    }

    const OpenRequest& m_request;
    const Control& m_control;
    Opened m_result;
};

}

FileKind fileKind(const Path& path, const Fs& fs)
{
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored))
        return FileKind::imageFolder;
    const std::string extension = lowerExtension(path);
    if (extension == ".lathe")
        return FileKind::project;
    if (extension == ".lathebundle")
        return FileKind::bundle;
    if (extension == ".json")
        return jsonKind(path, fs);
    return isModelExtension(extension) ? FileKind::model : FileKind::unknown;
}

Opened openFiles(const OpenRequest& request, const Control& control)
{
    return Opening(request, control).run();
}

std::optional<QuantPlan> exportedPlan(const Model& model)
{
    const auto found = model.original.metadata.find("tensorlathe.plan");
    if (found == model.original.metadata.end())
        return std::nullopt;
    try {
        return parsePlan(parseJson(found->second, model.path.string()), model.path.string());
    } catch (const Error&) {
        return std::nullopt; // somebody else's, or damaged: the model itself is good
    }
}

Json describeImageFolder(const Path& folder, const Model& model)
{
    const std::vector<InputNeed> needs = inputNeeds(model.graph);
    if (needs.empty() || needs.front().shape.rank() != 4)
        throw Error(ErrorCode::datasetInvalid, folder.string(),
                    {{"reason", "a folder of images fits only models whose input is an image; write a dataset file"}});
    std::int64_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        files += entry.is_regular_file() ? 1 : 0;
    const Shape& shape = needs.front().shape;
    const bool channelsLast = shape[3] == 3 || shape[3] == 1;
    const std::int64_t channels = channelsLast ? shape[3] : shape[1];
    const std::int64_t height = channelsLast ? shape[1] : shape[2];
    const std::int64_t width = channelsLast ? shape[2] : shape[3];
    Json steps = Json::array();
    if (channels == 1)
        steps.push_back({{"channels", "GRAY"}});
    if (height > 0 && width > 0)
        steps.push_back({{"resize", {height, width}}});
    steps.push_back({{"scale", 1.0 / 255.0}});
    steps.push_back({{"layout", channelsLast ? "NHWC" : "NCHW"}});
    return {{"input", needs.front().name},
            {"type", "images"},
            {"path", std::filesystem::absolute(folder).string()},
            {"preprocess", steps},
            {"calibration", {{"count", std::max<std::int64_t>(1, std::min<std::int64_t>(256, files / 2))}}},
            {"validation", {{"count", std::max<std::int64_t>(1, std::min<std::int64_t>(1000, files - files / 2))}}},
            {"metric", "agreement"}};
}

}
