// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/base/json.h"
#include "core/data/image.h"
#include "core/data/picture_map.h"
#include "core/data/samples.h"

namespace lathe {

/// A sample as it comes from its file: a picture or an array.
using RawSample = std::variant<Image, Tensor>;

/// The `preprocess` steps of a dataset file (cli.md), checked once and applied in the order in which they
/// stand.
class Preprocess
{
public:
    /// Throws Error{datasetInvalid, jsonField} naming the step.
    static Preprocess parse(const Json& steps, const std::string& where);

    /// Number of leading steps that only change a picture's geometry or channels: their result is what gets
    /// cached.
    std::size_t pictureSteps() const { return m_pictureSteps; }
    /// The picture after the leading picture steps.
    Image applyPictureSteps(const Image& image) const;
    /// True when applyPictureSteps() leaves blue first.
    bool makesBgr() const;
    /// Where applyPictureSteps() puts the pixels of a picture of this size.
    PictureMap pictureMap(PictureSize stored) const;
    /// The remaining steps, then the model's type, with a batch dimension of 1 when the model has one.
    /// Throws Error{shapeMismatch, datasetInvalid} naming `where`.
    Tensor finish(const RawSample& sample, const InputNeed& need, const std::string& where) const;

private:
    struct Step
    {
        std::string name;
        std::vector<double> numbers;
        std::string text;
        bool flag = false;
    };
    static Step parseStep(const Json& step, const std::string& where);
    static Image applyToImage(const Step& step, const Image& image);
    static void applyToMap(const Step& step, PictureMap& map);

    std::vector<Step> m_steps;
    std::size_t m_pictureSteps = 0;

    friend class SampleArray;
};

} // namespace lathe
