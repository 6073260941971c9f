// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ops/conv_geometry.h"
#include "core/ops/reverse_parts.h"

namespace lathe {

namespace {

/// Gradients of a convolution, summed window by window.
class ConvReverse
{
public:
    explicit ConvReverse(const ReverseContext& context)
        : m_context(context)
        , m_geometry(convGeometry(context.node, context.input(0).shape(), context.input(1).shape()))
        , m_x(realsOf(context.input(0)))
        , m_w(realsOf(context.input(1)))
        , m_gradient(onlyGradient(context))
        , m_atX(m_x.size(), 0.0)
        , m_atW(m_w.size(), 0.0)
        , m_atBias(static_cast<std::size_t>(m_geometry.outChannels), 0.0)
    {
    }

    std::vector<Tensor> run()
    {
        std::vector<std::int64_t> position(m_geometry.window.rank(), 0);
        std::int64_t out = 0;
        if (m_geometry.window.outputElements() > 0)
            do {
                m_context.control.throwIfStopped();
                windowTaps(m_geometry.window, position, m_taps);
                for (std::int64_t n = 0; n < m_geometry.batch; ++n)
                    for (std::int64_t m = 0; m < m_geometry.outChannels; ++m)
                        addWindow(n, m, out);
                ++out;
            } while (nextPosition(position, m_geometry.window.output));
        return wantedOf(m_context, {&m_atX, &m_atW, &m_atBias});
    }

private:
    void addWindow(std::int64_t n, std::int64_t m, std::int64_t out)
    {
        const std::int64_t inPlane = m_geometry.window.inputElements();
        const std::int64_t taps = m_geometry.window.kernelElements();
        const std::int64_t firstChannel = m / m_geometry.outPerGroup() * m_geometry.inPerGroup();
        const double gradient = m_gradient[static_cast<std::size_t>(
            (n * m_geometry.outChannels + m) * m_geometry.window.outputElements() + out)];
        m_atBias[static_cast<std::size_t>(m)] += gradient;
        for (std::int64_t c = 0; c < m_geometry.inPerGroup(); ++c)
            for (const WindowTap& tap : m_taps) {
                const auto x = static_cast<std::size_t>(
                    (n * m_geometry.inChannels + firstChannel + c) * inPlane + tap.input);
                const auto w =
                    static_cast<std::size_t>((m * m_geometry.inPerGroup() + c) * taps + tap.kernel);
                m_atX[x] += gradient * m_w[w];
                m_atW[w] += gradient * m_x[x];
            }
    }

    const ReverseContext& m_context;
    ConvGeometry m_geometry;
    std::vector<double> m_x, m_w, m_gradient;
    std::vector<double> m_atX, m_atW, m_atBias;
    std::vector<WindowTap> m_taps;
};

std::vector<Tensor> reverseConv(const ReverseContext& context)
{
    return ConvReverse(context).run();
}

}

void register_reverse_conv(Table<Reverse>& table)
{
    table.add({.id = "Conv", .vjp = reverseConv, .operands = 3});
}

}
