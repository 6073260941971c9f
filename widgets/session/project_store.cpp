// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/project_store.h"

#include "core/project/adjustment.h"
#include "core/project/target_store.h"

#include <future>
#include <utility>

namespace lathe {

ProjectContents readProject(const Project& project)
{
    ProjectContents contents;
    contents.model = project.model();
    contents.dataset = project.dataset();
    contents.statistics = project.statistics();
    contents.plan = project.plan();
    for (EvaluationRun& run : project.runs())
        contents.runs.push_back(std::make_shared<const EvaluationRun>(std::move(run)));
    if (auto assignment = project.assignment())
        contents.assignment = std::make_shared<const AssignmentRun>(std::move(*assignment));
    return contents;
}

void writeProject(Project& project, const ProjectContents& contents)
{
    if (contents.model)
        project.setModel(*contents.model);
    if (contents.dataset)
        project.setDataset(*contents.dataset);
    if (contents.statistics)
        project.setStatistics(*contents.statistics);
    if (contents.plan) {
        project.setPlan(*contents.plan);
        storeTargetFile(project, contents.plan->target, systemFs());
    }
    if (contents.adjusted)
        storeQuantized(project, *contents.source, *contents.adjusted);
    for (const auto& run : contents.runs)
        project.addRun(*run);
    if (contents.assignment)
        project.setAssignment(*contents.assignment);
}

namespace {

/// Hands every call to the store's thread. Writing is not waited for.
class FiguresOfStore : public FigureStore
{
public:
    explicit FiguresOfStore(ProjectStore& store)
        : m_store(store)
    {
    }

    BySample find(const Digest& of) override
    {
        auto promise = std::make_shared<std::promise<BySample>>();
        std::future<BySample> answer = promise->get_future();
        m_store.write([promise = std::move(promise), of](Project& project) { promise->set_value(project.figures().find(of)); });
        try {
            return answer.get();
        } catch (const std::future_error&) { // dropped: there is no project, or it cannot be read
            return {};
        }
    }

    void keep(std::vector<Entry> entries) override
    {
        m_store.write([entries = std::move(entries)](Project& project) { project.figures().keep(entries); });
    }

private:
    ProjectStore& m_store;
};

}

ProjectStore::ProjectStore(QObject* parent)
    : QObject(parent)
    , m_thread([this] { work(); })
{
}

ProjectStore::~ProjectStore()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

void ProjectStore::create(const Path& path, ProjectContents contents)
{
    createWith(path, std::move(contents), false);
}

void ProjectStore::createCopy(const Path& path, ProjectContents contents)
{
    createWith(path, std::move(contents), true);
}

void ProjectStore::createWith(const Path& path, ProjectContents contents, bool copyFigures)
{
    m_path = path;
    push({[this, path, copyFigures, contents = std::move(contents)] {
        std::vector<FigureStore::Entry> figures;
        if (copyFigures && m_project)
            figures = m_project->allFigures();
        m_project.reset();
        auto project = Project::create(path, true);
        writeProject(*project, contents);
        if (!figures.empty())
            project->figures().keep(std::move(figures));
        m_project = std::move(project);
    }});
}

std::unique_ptr<FigureStore> ProjectStore::figures()
{
    return std::make_unique<FiguresOfStore>(*this);
}

void ProjectStore::open(const Path& path)
{
    m_path = path;
    push({[this, path] {
        m_project.reset();
        m_project = Project::open(path);
    }});
}

void ProjectStore::write(Task task)
{
    push({[this, task = std::move(task)] {
        if (m_project)
            task(*m_project);
    }});
}

void ProjectStore::writeLatest(Task task)
{
    Entry entry{[this, task = std::move(task)] {
        if (m_project)
            task(*m_project);
    }, true};
    {
        const std::lock_guard lock(m_mutex);
        if (!m_queue.empty() && m_queue.back().replaceable) {
            m_queue.back() = std::move(entry);
            return;
        }
    }
    push(std::move(entry));
}

bool ProjectStore::busy() const
{
    const std::lock_guard lock(m_mutex);
    return m_working || !m_queue.empty();
}

void ProjectStore::push(Entry entry)
{
    {
        const std::lock_guard lock(m_mutex);
        m_queue.push_back(std::move(entry));
    }
    m_changed.notify_all();
}

void ProjectStore::work()
{
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [this] { return m_ending || !m_queue.empty(); });
        if (m_queue.empty())
            break;
        Entry entry = std::move(m_queue.front());
        m_queue.pop_front();
        m_working = true;
        lock.unlock();
        try {
            entry.run();
        } catch (...) {
            emit failed(userError(tr("The project could not be saved"), std::current_exception()));
        }
        entry.run = nullptr;
        lock.lock();
        m_working = false;
        if (m_queue.empty())
            emit saved();
    }
    m_project.reset();
}

}
