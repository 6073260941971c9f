// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/project_store.h"

#include "core/project/adjustment.h"
#include "core/project/target_store.h"

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
    m_path = path;
    push({[this, path, contents = std::move(contents)] {
        m_project.reset();
        auto project = Project::create(path, true);
        writeProject(*project, contents);
        m_project = std::move(project);
    }});
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
