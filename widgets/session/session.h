// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/pipeline.h"
#include "core/runtime/profile_report.h"
#include "widgets/session/job.h"
#include "widgets/session/layer_selection.h"
#include "widgets/session/open_files.h"
#include "widgets/session/plan_edits.h"
#include "widgets/session/plan_figures.h"
#include "widgets/session/project_store.h"
#include "widgets/session/shipping.h"
#include "widgets/session/what_if_runner.h"

#include <QObject>
#include <QStringList>
#include <QUndoStack>
#include <memory>
#include <vector>

namespace lathe {

/// What the window works on: model, data, statistics, plan, figures, runs; and what a person can have done with them.
/// Results are immutable and shared. All slow work runs in `job()`; nothing here waits for a file or computes.
class Session : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        ImageDecoder decoder;
        QString privateFolder; ///< projects that were not saved anywhere yet, and made dataset files
        QString sampleFolder;  ///< empty: no sample to offer
        int workers = 0;       ///< 0: all cores
    };

    explicit Session(Options options, QObject* parent = nullptr);
    ~Session() override;

    // What there is; null or empty where there is none yet.
    const std::shared_ptr<const Model>& model() const { return m_model; }
    const std::shared_ptr<const Dataset>& dataset() const { return m_dataset; }
    const std::shared_ptr<const Statistics>& statistics() const { return m_statistics; }
    /// As statistics(), or what is known so far while calibrating.
    const std::shared_ptr<const Statistics>& shownStatistics() const;
    const QuantPlan& plan() const { return m_plan; }
    /// What algorithms made of the present plan; null where none ran on it.
    std::shared_ptr<const Quantized> adjusted() const;
    QuantSource quantSource() const { return {m_model, m_statistics, adjusted(), m_plan}; }
    const std::vector<std::shared_ptr<const EvaluationRun>>& runs() const { return m_runs; }
    /// The newest run that belongs to the present plan and data, or null.
    std::shared_ptr<const EvaluationRun> currentRun() const;
    /// The run in progress, or what a stopped one left; null otherwise.
    const std::shared_ptr<const EvaluationRun>& partialRun() const { return m_partialRun; }
    const std::shared_ptr<const PlanFigures>& figures() const { return m_figures; }
    /// What each layer's weights cost, as last measured; null before. It may belong to an earlier plan.
    const std::shared_ptr<const PlanGains>& gains() const { return m_gains; }
    /// Time of each layer on this machine, as last measured; null before.
    const std::shared_ptr<const ProfileReport>& profile() const { return m_profile; }
    /// The newest search for bits, also while it runs or where it was stopped; null before.
    const std::shared_ptr<const AssignmentRun>& assignment() const { return m_assignment; }
    /// True from an edit until its figures are there: what is shown belongs to an older plan.
    bool figuresStale() const;
    const Layer* layer(const QString& id) const;
    /// The statistics were collected on other data than what is open now.
    bool statisticsStale() const;
    /// The preprocessing was guessed for a plain folder of images.
    bool preprocessingGuessed() const { return m_preprocessingGuessed; }
    QString title() const;
    /// The project file; a private place until the person chose one.
    const Path& projectPath() const { return m_store.path(); }
    bool hasOwnProject() const { return m_hasOwnProject; }
    /// Why the open model cannot be calibrated however much data there is; empty where it can.
    QString cannotRunText() const;
    bool canCalibrate() const;
    bool canValidate() const;
    const Options& options() const { return m_options; }

    Job& job() { return m_job; }
    const ProjectStore& store() const { return m_store; }
    const WhatIfRunner& whatIf() const { return m_whatIf; }
    LayerSelection& selection() { return m_selection; }
    QUndoStack& undoStack() { return m_undoStack; }

    // What a person does.
    void open(const QStringList& paths);
    void openSample();
    void saveAs(const QString& path);
    /// `limit`: at most this many samples; 0 = all of the calibration split.
    void calibrate(std::int64_t limit = 0);
    void validate(RunMode mode = RunMode::simulated, std::int64_t limit = 0);
    /// Post-training algorithms on the present plan, one step to undo.
    void runAlgorithms(const std::vector<AlgorithmChoice>& choices);
    /// What each layer's weights cost at the output, on the probe set.
    void measureGains();
    /// Times every layer with `threads` threads (0: all cores), in float and, where there are grids, quantized.
    void measureProfile(int threads = 0);
    /// Searches bits for every layer that is not locked, from the present plan on, within the limits of `options`; metric,
    /// workers and what is called back are the session's.
    void assign(AssignOptions options);
    /// The command line that does the same.
    QString assignCommand(const AssignOptions& options) const;
    /// Makes a profile file of the person's own known and turns to it.
    void openTargetProfile(const QString& path);
    void exportModel(const QString& path, const ExportOptions& options);
    /// Validates first where the plan has no run yet.
    void createBundle(const QString& path, const QString& keyFile, const QString& passphrase, const Release& release,
                      const ExportOptions& options);
    void generateKey(const QString& path, const QString& passphrase);
    void verifyBundleFile(const QString& path, const QString& publicKey);

    /// Changes the plan through the undo stack; `burst` as in PlanCommand.
    void changePlan(const QuantPlan& plan, const QString& text, const QString& burst = {});
    void setBits(PlanPart part, std::optional<int> bits);          ///< of the selection
    void setFormat(PlanPart part, const NumberFormat& format);     ///< of the selection
    void setGranularity(const Granularity& granularity);           ///< of the selection's weights
    void setGrid(PlanPart part, const GridKind& grid);             ///< of the selection
    void toggleLocks();                                            ///< of the selection
    void setClip(const QString& layer, std::optional<Range> clip);
    void setWeightClip(const QString& layer, std::optional<Range> clip);
    void setMethod(const MethodChoice& method);                    ///< the plan's default
    void resetLayers();                                            ///< to the defaults, but for locked ones
    void setTarget(const QString& id);   ///< defaults that it cannot run become its own
    void takeNearestChoices();           ///< in place of what the target cannot run
    void savePlan(const QString& path);
    /// Asks the window to show a page.
    void showPage(const QString& id) { emit pageRequested(id); }
    void askOpen() { emit openRequested(); } ///< a page wants the file dialog
    void report(const UserError& error) { emit failed(error); }

signals:
    void modelChanged();
    void datasetChanged();
    void statisticsChanged(); ///< also while they grow
    void planChanged();
    void adjustedChanged();   ///< what algorithms made of the plan
    void figuresChanged();    ///< or their staleness
    void runsChanged();       ///< also while one grows
    void profileChanged();
    void assignmentChanged(); ///< also while it grows
    void targetsChanged();    ///< there is another profile to choose
    void projectChanged();    ///< title or place
    void exported(const QString& path, qint64 bytes);
    void bundled(const lathe::BundleReceipt& receipt);
    void keyMade(const lathe::KeyReceipt& receipt);
    void verified(const lathe::VerifyReceipt& receipt);
    void bundleOffered(const QString& path); ///< dropped on the window, to be checked
    void failed(const lathe::UserError& error);
    void pageRequested(const QString& id);
    void openRequested();

private:
    void takeOpened(Opened opened);
    void takeModel(std::shared_ptr<const Model> model);
    void takeDataset(std::shared_ptr<const Dataset> dataset);
    void takeProject(const Opened& opened);
    void takeStatistics(std::shared_ptr<const Statistics> statistics);
    void takePlan(const QuantPlan& plan);
    void takeAdjusted(const std::shared_ptr<const Quantized>& made);
    void takeRun(std::shared_ptr<const EvaluationRun> run);
    void startStore();
    void restartWhatIf();
    void refreshFigures();
    std::vector<Layer> selectedLayers() const;
    ProjectContents contents() const;
    QString commandSource() const;

    Options m_options;
    std::shared_ptr<const Model> m_model;
    std::shared_ptr<const Dataset> m_dataset;
    std::shared_ptr<const Statistics> m_statistics;
    std::shared_ptr<const Statistics> m_partialStatistics;
    QuantPlan m_plan;
    std::shared_ptr<const Quantized> m_adjusted; ///< of its own plan, which need not be the present one
    std::vector<std::shared_ptr<const EvaluationRun>> m_runs;
    std::shared_ptr<const EvaluationRun> m_partialRun;
    std::shared_ptr<const PlanFigures> m_figures;
    std::shared_ptr<const PlanGains> m_gains;
    std::shared_ptr<const ProfileReport> m_profile;
    std::shared_ptr<const AssignmentRun> m_assignment;
    std::vector<Path> m_waitingData;
    bool m_preprocessingGuessed = false;
    bool m_hasOwnProject = false;

    LayerSelection m_selection;
    QUndoStack m_undoStack;
    ProjectStore m_store;
    WhatIfRunner m_whatIf;
    Job m_job;
};

}
