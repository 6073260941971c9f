// SPDX-License-Identifier: GPL-3.0-or-later
// Functions of one float number without parameters.
#include <cmath>

#include "core/ops/elementwise.h"
#include "core/ops/infer_helpers.h"

namespace lathe {

namespace {

template <double (*fn)(double)> std::vector<Tensor> runUnary(const RunContext& context)
{
    return {mapFloats(context.node, context.input(0), fn)};
}

template <double (*fn)(double)> void addUnary(Table<Op>& table, const char* id, Exactness exactness)
{
    table.add({.id = id,
               .exactness = exactness,
               .infer = inferSame,
               .run = viaFloat32<runUnary<fn>>});
}

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softsign(double x) { return x / (1 + std::abs(x)); }
double reciprocal(double x) { return 1 / x; }
double hardSwish(double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }
double mish(double x) { return x * std::tanh(softplus(x)); }
double errorFunction(double x) { return std::erf(x); }
double hyperbolicTangent(double x) { return std::tanh(x); }
double exponential(double x) { return std::exp(x); }
double logarithm(double x) { return std::log(x); }
double squareRoot(double x) { return std::sqrt(x); }
double floorOf(double x) { return std::floor(x); }
double ceilOf(double x) { return std::ceil(x); }
double roundOf(double x) { return std::nearbyint(x); }
double sine(double x) { return std::sin(x); }
double cosine(double x) { return std::cos(x); }
double tangent(double x) { return std::tan(x); }
double arcSine(double x) { return std::asin(x); }
double arcCosine(double x) { return std::acos(x); }
double arcTangent(double x) { return std::atan(x); }
double hyperbolicSine(double x) { return std::sinh(x); }
double hyperbolicCosine(double x) { return std::cosh(x); }
double areaSine(double x) { return std::asinh(x); }
double areaCosine(double x) { return std::acosh(x); }
double areaTangent(double x) { return std::atanh(x); }

}

void register_unary(Table<Op>& table)
{
    addUnary<exponential>(table, "Exp", Exactness::approximate);
    addUnary<logarithm>(table, "Log", Exactness::approximate);
    addUnary<squareRoot>(table, "Sqrt", Exactness::rounded);
    addUnary<reciprocal>(table, "Reciprocal", Exactness::rounded);
    addUnary<errorFunction>(table, "Erf", Exactness::approximate);
    addUnary<hyperbolicTangent>(table, "Tanh", Exactness::approximate);
    addUnary<sigmoid>(table, "Sigmoid", Exactness::approximate);
    addUnary<softplus>(table, "Softplus", Exactness::approximate);
    addUnary<softsign>(table, "Softsign", Exactness::approximate);
    addUnary<hardSwish>(table, "HardSwish", Exactness::approximate);
    addUnary<mish>(table, "Mish", Exactness::approximate);
    addUnary<floorOf>(table, "Floor", Exactness::exact);
    addUnary<ceilOf>(table, "Ceil", Exactness::exact);
    addUnary<roundOf>(table, "Round", Exactness::exact);
    addUnary<sine>(table, "Sin", Exactness::approximate);
    addUnary<cosine>(table, "Cos", Exactness::approximate);
    addUnary<tangent>(table, "Tan", Exactness::approximate);
    addUnary<arcSine>(table, "Asin", Exactness::approximate);
    addUnary<arcCosine>(table, "Acos", Exactness::approximate);
    addUnary<arcTangent>(table, "Atan", Exactness::approximate);
    addUnary<hyperbolicSine>(table, "Sinh", Exactness::approximate);
    addUnary<hyperbolicCosine>(table, "Cosh", Exactness::approximate);
    addUnary<areaSine>(table, "Asinh", Exactness::approximate);
    addUnary<areaCosine>(table, "Acosh", Exactness::approximate);
    addUnary<areaTangent>(table, "Atanh", Exactness::approximate);
}

}
