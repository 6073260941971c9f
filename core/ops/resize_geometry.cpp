// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/resize_geometry.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

/// Each output position of an axis has a list of taps; more of them than this are a mistake.
constexpr std::int64_t maxOutput = 1 << 24;

/// Size, scale and region of one axis. Coordinates are formed in float32, as the runtimes do: near half-way points that
/// decides which neighbour is the nearest.
struct AxisScale {
    std::int64_t input, output;
    float scale = 1, roiStart = 0, roiEnd = 1;
};

std::vector<int> resizedAxes(const Node& node, int rank)
{
    const std::vector<std::int64_t> stated = node.integers("axes");
    std::vector<int> axes = axesOf(node, stated, rank);
    if (stated.empty()) {
        axes.resize(static_cast<std::size_t>(rank));
        std::iota(axes.begin(), axes.end(), 0);
    }
    return axes;
}

/// With keep_aspect_ratio_policy one scale serves all axes.
void keepAspectRatio(const Node& node, std::vector<AxisScale>& scales, const std::vector<int>& axes)
{
    const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
    if (policy == "stretch" || axes.empty())
        return;
    float common = scales[static_cast<std::size_t>(axes.front())].scale;
    for (const int axis : axes) {
        const float own = scales[static_cast<std::size_t>(axis)].scale;
        common = policy == "not_larger" ? std::min(common, own) : std::max(common, own);
    }
    const bool known = std::all_of(axes.begin(), axes.end(),
                                   [&](int axis) { return scales[static_cast<std::size_t>(axis)].input > 0; });
    for (const int axis : axes) {
        AxisScale& scale = scales[static_cast<std::size_t>(axis)];
        scale.scale = common;
        scale.output = known ? static_cast<std::int64_t>(std::floor(common * static_cast<float>(scale.input) + 0.5f))
                             : Shape::unknown;
        if (scale.output > maxOutput)
            failOperator(node, "a size is out of range");
    }
}

std::vector<AxisScale> axisScales(const Node& node, const Shape& input, const ResizeRequest& request)
{
    std::vector<AxisScale> scales;
    for (const std::int64_t dim : input)
        scales.push_back({dim, dim});
    const std::vector<int> axes = resizedAxes(node, input.rank());
    const bool bySize = !request.sizes.empty();
    if ((bySize ? request.sizes.size() : request.scales.size()) != axes.size())
        failOperator(node, "it needs one scale or size for each of " + std::to_string(axes.size()) + " axes");
    const bool hasRoi = request.roi.size() == 2 * axes.size();
    for (std::size_t i = 0; i < axes.size(); ++i) {
        AxisScale& axis = scales[static_cast<std::size_t>(axes[i])];
        if (hasRoi) {
            axis.roiStart = request.roi[i];
            axis.roiEnd = request.roi[i + axes.size()];
        }
        axis.scale = bySize ? static_cast<float>(request.sizes[i]) / static_cast<float>(axis.input) : request.scales[i];
        if (!bySize && !(axis.scale > 0 && axis.scale < 1e6f))
            failOperator(node, "a scale is not a positive number");
        const bool cropped = hasRoi && node.text("coordinate_transformation_mode", "") == "tf_crop_and_resize";
        const float region = cropped ? axis.roiEnd - axis.roiStart : 1.0f;
        const float size = bySize ? static_cast<float>(request.sizes[i])
                                  : std::floor(static_cast<float>(axis.input) * region * axis.scale);
        if (!bySize && axis.input < 0) {
            axis.output = Shape::unknown;
            continue;
        }
        if (!(size >= 0 && size <= static_cast<float>(maxOutput)))
            failOperator(node, "a size is out of range");
        axis.output = bySize ? request.sizes[i] : static_cast<std::int64_t>(size);
    }
    if (bySize)
        keepAspectRatio(node, scales, axes);
    return scales;
}

/// The coordinate in the input that output position `i` shows (onnx: Operators.md, Resize).
float sourceCoordinate(const Node& node, const std::string& mode, const AxisScale& axis, std::int64_t i)
{
    const auto at = static_cast<float>(i), in = static_cast<float>(axis.input), out = static_cast<float>(axis.output);
    const float halfPixel = (at + 0.5f) / axis.scale - 0.5f;
    if (mode == "half_pixel")
        return halfPixel;
    if (mode == "pytorch_half_pixel")
        return axis.output > 1 ? halfPixel : 0.0f;
    if (mode == "asymmetric")
        return at / axis.scale;
    if (mode == "align_corners")
        return axis.output == 1 ? 0.0f : at * (in - 1) / (out - 1);
    if (mode == "tf_half_pixel_for_nn")
        return (at + 0.5f) / axis.scale;
    if (mode == "half_pixel_symmetric")
        return in / 2 * (1 - out / (axis.scale * in)) + halfPixel;
    if (mode == "tf_crop_and_resize")
        return axis.output > 1 ? axis.roiStart * (in - 1) + at * (axis.roiEnd - axis.roiStart) * (in - 1) / (out - 1)
                               : 0.5f * (axis.roiStart + axis.roiEnd) * (in - 1);
    failOperator(node, "the coordinate_transformation_mode \"" + mode + "\" is not known");
}

std::int64_t nearestIndex(const Node& node, const std::string& mode, float x)
{
    if (mode == "round_prefer_floor")
        return static_cast<std::int64_t>(std::ceil(x - 0.5f));
    if (mode == "round_prefer_ceil")
        return static_cast<std::int64_t>(std::floor(x + 0.5f));
    if (mode == "floor")
        return static_cast<std::int64_t>(std::floor(x));
    if (mode == "ceil")
        return static_cast<std::int64_t>(std::ceil(x));
    failOperator(node, "the nearest_mode \"" + mode + "\" is not known");
}

double triangle(double distance)
{
    return std::max(0.0, 1 - std::abs(distance));
}

/// Keys' cubic convolution kernel.
double cubic(double distance, double a)
{
    const double x = std::abs(distance);
    if (x < 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/// Taps of a kernel centred at x. With antialias a shrinking axis stretches the kernel.
std::vector<ResizeTap> kernelTaps(const Node& node, const AxisScale& axis, float x, bool isCubic)
{
    const bool excludeOutside = node.integer("exclude_outside", 0) != 0;
    const bool antialias = node.integer("antialias", 0) != 0 && axis.scale < 1;
    const double squeeze = antialias ? static_cast<double>(axis.scale) : 1.0;
    const double a = node.real("cubic_coeff_a", -0.75f);
    const double reach = (isCubic ? 2 : 1) / squeeze;
    const auto first = static_cast<std::int64_t>(std::floor(x - reach)) + 1;
    const auto last = static_cast<std::int64_t>(std::floor(x + reach));
    std::vector<ResizeTap> taps;
    double sum = 0;
    for (std::int64_t i = first; i <= last; ++i) {
        const double distance = (static_cast<double>(i) - static_cast<double>(x)) * squeeze;
        const double weight = isCubic ? cubic(distance, a) : triangle(distance);
        if (weight == 0 || (excludeOutside && (i < 0 || i >= axis.input)))
            continue;
        taps.push_back({std::clamp<std::int64_t>(i, 0, axis.input - 1), weight});
        sum += weight;
    }
    for (ResizeTap& tap : taps)
        tap.weight /= sum;
    return taps;
}

ResizeAxis axisOfScale(const Node& node, const AxisScale& scale)
{
    ResizeAxis axis{scale.input, scale.output, false, {}};
    const std::string mode = node.text("mode", "nearest");
    const std::string coordinates = node.text("coordinate_transformation_mode", "half_pixel");
    const std::string nearest = node.text("nearest_mode", "round_prefer_floor");
    axis.identity = scale.input == scale.output && scale.scale == 1 && coordinates != "tf_crop_and_resize" &&
                    coordinates != "tf_half_pixel_for_nn";
    if (axis.identity)
        return axis;
    if (scale.input <= 0 && scale.output != 0)
        failOperator(node, "there is nothing to resize");
    for (std::int64_t i = 0; i < scale.output; ++i) {
        const float x = sourceCoordinate(node, coordinates, scale, i);
        if (!(std::abs(x) < 1e9f))
            failOperator(node, "a position is out of range");
        const bool outside =
            coordinates == "tf_crop_and_resize" && (x < 0 || x > static_cast<float>(scale.input - 1));
        if (outside)
            axis.taps.push_back({});
        else if (mode == "nearest")
            axis.taps.push_back(
                {{std::clamp<std::int64_t>(nearestIndex(node, nearest, x), 0, scale.input - 1), 1.0}});
        else
            axis.taps.push_back(kernelTaps(node, scale, x, mode == "cubic"));
    }
    return axis;
}

}

Shape resizedShape(const Node& node, const Shape& input, const ResizeRequest& request)
{
    std::vector<std::int64_t> dims;
    for (const AxisScale& scale : axisScales(node, input, request))
        dims.push_back(scale.output);
    return Shape(std::move(dims));
}

std::vector<ResizeAxis> resizeAxes(const Node& node, const Shape& input, const ResizeRequest& request)
{
    std::vector<ResizeAxis> axes;
    for (const AxisScale& scale : axisScales(node, input, request))
        axes.push_back(axisOfScale(node, scale));
    return axes;
}

}
