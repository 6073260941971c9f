// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/assignment_run.h"

#include <cmath>

#include "core/project/json_reals.h"

namespace lathe {
namespace {

Json limitsToJson(const AssignmentLimits& limits)
{
    Json json = {{"maxSizeBytes", realToJson(limits.maxSizeBytes)},
                 {"maxLatencyMs", realToJson(limits.maxLatencyMs)},
                 {"maxEnergyMj", realToJson(limits.maxEnergyMj)},
                 {"maxMeanBits", realToJson(limits.maxMeanBits)},
                 {"minimize", limits.minimize},
                 {"timeBudgetSeconds", limits.timeBudgetSeconds}};
    if (limits.maxDrop)
        json["maxDrop"] = *limits.maxDrop;
    return json;
}

AssignmentLimits limitsFromJson(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    AssignmentLimits limits;
    limits.maxSizeBytes = realFromJson(object.any("maxSizeBytes"), where);
    limits.maxLatencyMs = realFromJson(object.any("maxLatencyMs"), where);
    limits.maxEnergyMj = realFromJson(object.any("maxEnergyMj"), where);
    limits.maxMeanBits = realFromJson(object.any("maxMeanBits"), where);
    limits.minimize = object.string("minimize");
    limits.timeBudgetSeconds = object.real("timeBudgetSeconds");
    if (object.has("maxDrop"))
        limits.maxDrop = object.real("maxDrop");
    object.expectNoMore();
    return limits;
}

Json pointToJson(const AssignmentPoint& point)
{
    Json costs = Json::array();
    for (const double cost : point.costs)
        costs.push_back(realToJson(cost));
    return {{"plan", planToJson(point.plan)},
            {"origin", point.origin},
            {"sizeBytes", point.sizeBytes},
            {"costs", costs},
            {"predictedSqnrDb", realToJson(point.predictedSqnrDb)},
            {"sqnrDb", realToJson(point.sqnrDb)},
            {"agreement", realToJson(point.agreement)},
            {"agreementLow", realToJson(point.agreementLow)},
            {"agreementHigh", realToJson(point.agreementHigh)},
            {"withinLimits", point.withinLimits}};
}

AssignmentPoint pointFromJson(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    AssignmentPoint point;
    point.plan = parsePlan(object.object("plan"), where);
    point.origin = object.string("origin");
    point.sizeBytes = object.integer("sizeBytes");
    for (const Json& cost : object.array("costs"))
        point.costs.push_back(realFromJson(cost, where));
    point.predictedSqnrDb = realFromJson(object.any("predictedSqnrDb"), where);
    point.sqnrDb = realFromJson(object.any("sqnrDb"), where);
    point.agreement = realFromJson(object.any("agreement"), where);
    point.agreementLow = realFromJson(object.any("agreementLow"), where);
    point.agreementHigh = realFromJson(object.any("agreementHigh"), where);
    point.withinLimits = object.boolean("withinLimits", true);
    object.expectNoMore();
    if (point.costs.size() != 3)
        object.fail("costs", "must hold latency, energy and mean bits");
    return point;
}

}

void AssignmentRun::setBest(const QuantPlan& plan)
{
    for (std::size_t i = measured.size(); i-- > 0;)
        if (measured[i].plan == plan) {
            best = i;
            return;
        }
}

std::vector<AssignmentPoint> AssignmentRun::front() const
{
    return frontOf(measured, {true, std::isfinite(limits.maxLatencyMs) || limits.minimize == "latencyMs",
                              std::isfinite(limits.maxEnergyMj) || limits.minimize == "energyMj",
                              std::isfinite(limits.maxMeanBits)});
}

Json assignmentRunToJson(const AssignmentRun& run)
{
    Json json = {{"base", planToJson(run.base)},
                 {"limits", limitsToJson(run.limits)},
                 {"measured", Json::array()},
                 {"complete", run.complete}};
    for (const AssignmentPoint& point : run.measured)
        json["measured"].push_back(pointToJson(point));
    if (run.best)
        json["best"] = *run.best;
    return json;
}

AssignmentRun assignmentRunFromJson(const Json& json, const std::string& where)
{
    JsonObject object(json, where);
    AssignmentRun run;
    run.base = parsePlan(object.object("base"), where);
    run.limits = limitsFromJson(object.object("limits"), where);
    for (const Json& point : object.array("measured"))
        run.measured.push_back(pointFromJson(point, where));
    run.complete = object.boolean("complete", false);
    if (object.has("best"))
        run.best = static_cast<std::size_t>(object.integer("best"));
    object.expectNoMore();
    if (run.best && *run.best >= run.measured.size())
        object.fail("best", "must be the place of a plan that was measured");
    return run;
}

}
