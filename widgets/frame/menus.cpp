// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/menus.h"

#include "core/base/version.h"
#include "widgets/pages/page.h"
#include "widgets/panels/grid_choices.h"
#include "widgets/session/recent_files.h"
#include "widgets/session/session.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>

namespace lathe {

Menus::Menus(QMainWindow& window, Session& session)
    : QObject(&window)
    , m_window(window)
    , m_session(session)
{
    buildFile();
    buildEdit();
    buildPlan();
    buildRun();
    buildView();
    buildHelp();
    connect(&session, &Session::openRequested, this, &Menus::openDialog);
}

void Menus::buildFile()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&File"));
    menu->addAction(tr("&Open…"), QKeySequence::Open, this, &Menus::openDialog);
    m_recent = menu->addMenu(tr("Open &recent"));
    connect(m_recent, &QMenu::aboutToShow, this, &Menus::fillRecent);
    if (!m_session.options().sampleFolder.isEmpty())
        menu->addAction(tr("Open the s&ample"), &m_session, &Session::openSample);
    menu->addSeparator();
    QAction* save = menu->addAction(tr("&Save project as…"), QKeySequence::Save, this, &Menus::saveDialog);
    save->setEnabled(false);
    connect(&m_session, &Session::modelChanged, save, [save] { save->setEnabled(true); });
    QAction* savePlan = menu->addAction(tr("Save &plan as…"), this, &Menus::savePlanDialog);
    savePlan->setEnabled(false);
    connect(&m_session, &Session::modelChanged, savePlan, [savePlan] { savePlan->setEnabled(true); });
    menu->addSeparator();
    menu->addAction(tr("&Quit"), QKeySequence::Quit, &m_window, &QWidget::close);
}

void Menus::buildEdit()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Edit"));
    QAction* undo = m_session.undoStack().createUndoAction(this, tr("&Undo"));
    undo->setShortcuts(QKeySequence::Undo);
    QAction* redo = m_session.undoStack().createRedoAction(this, tr("&Redo"));
    redo->setShortcuts(QKeySequence::Redo);
    menu->addActions({undo, redo});
}

void Menus::buildPlan()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Plan"));
    menu->setToolTipsVisible(true);
    for (int bits = 8; bits >= 2; --bits)
        menu->addAction(tr("Selected layers: %1 bits\t%1").arg(bits), this,
                        [this, bits] { m_session.setBits(PlanPart::both, bits); });
    menu->addAction(tr("Selected layers: float\tF"), this, [this] { m_session.setBits(PlanPart::both, std::nullopt); });
    menu->addSeparator();
    addScales(*menu->addMenu(tr("Scales of &weights")));
    addGrids(*menu->addMenu(tr("&Grid of weights")), PlanPart::weights);
    addGrids(*menu->addMenu(tr("Grid of &activations")), PlanPart::activations);
    menu->addSeparator();
    menu->addAction(tr("Lock or unlock selected layers\tSpace"), &m_session, &Session::toggleLocks);
    connect(&m_session.selection(), &LayerSelection::changed, menu,
            [this, menu] { menu->setEnabled(!m_session.selection().selected().isEmpty()); });
    menu->setEnabled(false);
}

void Menus::addScales(QMenu& menu)
{
    for (const auto& [text, granularity] : granularityChoices())
        menu.addAction(text, this, [this, granularity] { m_session.setGranularity(granularity); });
}

void Menus::addGrids(QMenu& menu, PlanPart part)
{
    for (const auto& [text, grid] : gridChoices())
        menu.addAction(text, this, [this, part, grid] { m_session.setGrid(part, grid); });
}

void Menus::buildRun()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Run"));
    QAction* calibrate = menu->addAction(tr("&Calibrate"), Qt::CTRL | Qt::Key_K, this, [this] { m_session.calibrate(); });
    QAction* validate = menu->addAction(tr("&Validate"), Qt::CTRL | Qt::Key_R, this, [this] {
        m_session.showPage(QStringLiteral("validation"));
        m_session.validate();
    });
    QAction* gains = menu->addAction(tr("Measure &loss per KiB"), Qt::CTRL | Qt::Key_L, this, [this] {
        m_session.showPage(QStringLiteral("precision"));
        m_session.measureGains();
    });
    QAction* profile = menu->addAction(tr("&Profile"), Qt::CTRL | Qt::Key_P, this, [this] {
        m_session.showPage(QStringLiteral("profile"));
        m_session.measureProfile();
    });
    QAction* cancel = menu->addAction(tr("Canc&el"), Qt::Key_Escape, &m_session.job(), &Job::cancel);
    const auto refresh = [this, calibrate, validate, gains, profile, cancel] {
        const bool idle = !m_session.job().running();
        calibrate->setEnabled(idle && m_session.canCalibrate());
        validate->setEnabled(idle && m_session.canValidate());
        gains->setEnabled(idle && m_session.canCalibrate() && m_session.statistics());
        profile->setEnabled(idle && m_session.model() && m_session.model()->runnable());
        cancel->setEnabled(!idle);
    };
    connect(&m_session.job(), &Job::started, this, refresh);
    connect(&m_session.job(), &Job::finished, this, refresh);
    connect(&m_session, &Session::datasetChanged, this, refresh);
    connect(&m_session, &Session::statisticsChanged, this, refresh);
    refresh();
}

void Menus::buildView()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&View"));
    int index = 0;
    for (const Page& page : pages()) {
        QAction* action = menu->addAction(QCoreApplication::translate("Page", page.label), this,
                                          [this, index] { emit pageChosen(index); });
        action->setShortcut(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_1 + index));
        ++index;
    }
}

void Menus::buildHelp()
{
    QMenu* menu = m_window.menuBar()->addMenu(tr("&Help"));
    menu->addAction(tr("&About Tensorlathe"), this, &Menus::about);
}

void Menus::fillRecent()
{
    m_recent->clear();
    for (const QString& path : recentFiles()) {
        QAction* action = m_recent->addAction(QFileInfo(path).fileName(), this, [this, path] { m_session.open({path}); });
        action->setToolTip(path);
        action->setEnabled(true);
    }
    m_recent->setToolTipsVisible(true);
    if (m_recent->isEmpty())
        m_recent->addAction(tr("Nothing yet"))->setEnabled(false);
    else
        m_recent->addSeparator();
    m_recent->addAction(tr("Clear the list"), this, [] { clearRecentFiles(); });
}

void Menus::openDialog()
{
    const QStringList paths = QFileDialog::getOpenFileNames(
        &m_window, tr("Open"), {},
        tr("Models, projects, dataset files and plans (*.onnx *.lathe *.json);;All files (*)"));
    m_session.open(paths);
}

void Menus::saveDialog()
{
    QString path = QFileDialog::getSaveFileName(&m_window, tr("Save project as"), {}, tr("Projects (*.lathe)"));
    if (path.isEmpty())
        return;
    if (!path.endsWith(QLatin1String(".lathe")))
        path += QLatin1String(".lathe");
    m_session.saveAs(path);
}

void Menus::savePlanDialog()
{
    const QString path = QFileDialog::getSaveFileName(&m_window, tr("Save plan as"), QStringLiteral("plan.json"), tr("Plans (*.json)"));
    if (!path.isEmpty())
        m_session.savePlan(path);
}

void Menus::about()
{
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("About Tensorlathe"),
                                tr("Tensorlathe %1\nA workbench that turns a neural network down to the bits it needs.")
                                    .arg(QString::fromUtf8(version().data())),
                                QMessageBox::Close, &m_window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setModal(false);
    box->show();
}

}
