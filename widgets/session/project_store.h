// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/pipeline.h"
#include "core/project/project.h"
#include "widgets/session/user_error.h"

#include <QObject>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace lathe {

/// Everything a project file holds, as values.
struct ProjectContents
{
    std::optional<FileReference> model;
    std::optional<FileReference> dataset;
    std::shared_ptr<const Statistics> statistics;
    std::optional<QuantPlan> plan;
    std::shared_ptr<const Quantized> adjusted; ///< by algorithms; written with `source` as the model it is of
    std::shared_ptr<const Model> source;
    std::vector<std::shared_ptr<const EvaluationRun>> runs;
    std::shared_ptr<const AssignmentRun> assignment; ///< the newest search for bits; null when there was none
};

ProjectContents readProject(const Project& project);
void writeProject(Project& project, const ProjectContents& contents);

/// Writes to the session's project file on a thread of its own, in order: the window never waits for a disk.
class ProjectStore : public QObject
{
    Q_OBJECT
public:
    using Task = std::function<void(Project&)>;

    explicit ProjectStore(QObject* parent = nullptr);
    ~ProjectStore() override; ///< writes what is still waiting

    /// Goes on with another file: a new one (replacing what is there) that gets `contents`, or one that exists.
    void create(const Path& path, ProjectContents contents);
    /// As create(), with the measured figures of the file that was open until then.
    void createCopy(const Path& path, ProjectContents contents);
    void open(const Path& path);
    /// Runs `task` with the project; nothing happens when there is none (its making failed).
    void write(Task task);
    /// The newest such task wins while it waits: for values that change quickly.
    void writeLatest(Task task);

    /// What was measured for the open file, for work on any other thread, which waits for this one's answers.
    std::unique_ptr<FigureStore> figures();

    const Path& path() const { return m_path; }
    /// True while something is not on the disk yet.
    bool busy() const;

signals:
    void saved(); ///< all that was asked for is on the disk
    void failed(const lathe::UserError& error);

private:
    struct Entry
    {
        std::function<void()> run;
        bool replaceable = false;
    };

    void push(Entry entry);
    void createWith(const Path& path, ProjectContents contents, bool copyFigures);
    void work();

    Path m_path;
    std::unique_ptr<Project> m_project; ///< belongs to the thread
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Entry> m_queue;
    bool m_working = false;
    bool m_ending = false;
    std::thread m_thread;
};

}
