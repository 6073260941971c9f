<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>lathe::AlgorithmList</name>
    <message numerus="yes">
        <source>Run %n algorithms</source>
        <translation>
            <numerusform>Run %n algorithm</numerusform>
            <numerusform>Run %n algorithms</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::AssignPage</name>
    <message numerus="yes">
        <source>Stopped after %n plans; the same search goes on from there.</source>
        <translation>
            <numerusform>Stopped after %n plan; the same search goes on from there.</numerusform>
            <numerusform>Stopped after %n plans; the same search goes on from there.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::BottomStrip</name>
    <message numerus="yes">
        <source>%n changes</source>
        <translation>
            <numerusform>%n change</numerusform>
            <numerusform>%n changes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::DataPage</name>
    <message numerus="yes">
        <source>%n samples</source>
        <translation>
            <numerusform>%n sample</numerusform>
            <numerusform>%n samples</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Calibrate on %n images</source>
        <translation>
            <numerusform>Calibrate on %n image</numerusform>
            <numerusform>Calibrate on %n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Calibrate on %n samples</source>
        <translation>
            <numerusform>Calibrate on %n sample</numerusform>
            <numerusform>Calibrate on %n samples</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Ranges of %n samples</source>
        <translation>
            <numerusform>Ranges of %n sample</numerusform>
            <numerusform>Ranges of %n samples</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::ExportPage</name>
    <message numerus="yes">
        <source>%n layers cannot be written so; double-click one to change it.</source>
        <translation>
            <numerusform>%n layer cannot be written so; double-click it to change it.</numerusform>
            <numerusform>%n layers cannot be written so; double-click one to change it.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 %2, float %3, %n samples</source>
        <translation>
            <numerusform>%1 %2, float %3, %n sample</numerusform>
            <numerusform>%1 %2, float %3, %n samples</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::Inspector</name>
    <message numerus="yes">
        <source>%1 and %n more</source>
        <translation>
            <numerusform>%1 and %n more</numerusform>
            <numerusform>%1 and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::LayerTable</name>
    <message numerus="yes">
        <source>%n layers</source>
        <translation>
            <numerusform>%n layer</numerusform>
            <numerusform>%n layers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n layers</source>
        <translation>
            <numerusform>%1 of %n layer</numerusform>
            <numerusform>%1 of %n layers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::ModelPage</name>
    <message numerus="yes">
        <source>%n nodes cannot run yet; the model can be looked at, but not calibrated. Missing: %1.</source>
        <translation>
            <numerusform>%n node cannot run yet; the model can be looked at, but not calibrated. Missing: %1.</numerusform>
            <numerusform>%n nodes cannot run yet; the model can be looked at, but not calibrated. Missing: %1.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::PrecisionPage</name>
    <message numerus="yes">
        <source>Calibrate on %n samples</source>
        <translation>
            <numerusform>Calibrate on %n sample</numerusform>
            <numerusform>Calibrate on %n samples</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::ProfilePage</name>
    <message numerus="yes">
        <source>%n threads</source>
        <translation>
            <numerusform>%n thread</numerusform>
            <numerusform>%n threads</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::Session</name>
    <message numerus="yes">
        <source>%n nodes of it have no kernel yet, the first being %1. The model can be looked at, not calibrated.</source>
        <translation>
            <numerusform>%n node of it has no kernel yet: %1. The model can be looked at, not calibrated.</numerusform>
            <numerusform>%n nodes of it have no kernel yet, the first being %1. The model can be looked at, not calibrated.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layers</source>
        <translation>
            <numerusform>%n layer</numerusform>
            <numerusform>%n layers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n bits</source>
        <translation>
            <numerusform>%n bit</numerusform>
            <numerusform>%n bits</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::SummaryChart</name>
    <message numerus="yes">
        <source>%1 (%n more not shown)</source>
        <translation>
            <numerusform>%1 (%n more not shown)</numerusform>
            <numerusform>%1 (%n more not shown)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::TopBar</name>
    <message numerus="yes">
        <source>%n validation samples</source>
        <translation>
            <numerusform>%n validation sample</numerusform>
            <numerusform>%n validation samples</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::ValidationPage</name>
    <message numerus="yes">
        <source>%n samples</source>
        <translation>
            <numerusform>%n sample</numerusform>
            <numerusform>%n samples</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Validate on %n samples</source>
        <translation>
            <numerusform>Validate on %n sample</numerusform>
            <numerusform>Validate on %n samples</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Runs float and quantized model on %n samples and says what is lost, with its interval, and which layers lose it.</source>
        <translation>
            <numerusform>Runs float and quantized model on %n sample and says what is lost, with its interval, and which layers lose it.</numerusform>
            <numerusform>Runs float and quantized model on %n samples and says what is lost, with its interval, and which layers lose it.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n samples so far</source>
        <translation>
            <numerusform>%n sample so far</numerusform>
            <numerusform>%n samples so far</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Stopped after %n samples; not stored</source>
        <translation>
            <numerusform>Stopped after %n sample; not stored</numerusform>
            <numerusform>Stopped after %n samples; not stored</numerusform>
        </translation>
    </message>
</context>
</TS>
