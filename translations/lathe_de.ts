<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name>FrontGrid</name>
    <message>
        <source>weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>activations</source>
        <translation>Aktivierungen</translation>
    </message>
    <message>
        <source>operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>Assigned, repaired</source>
        <translation>Zugewiesen, nachgebessert</translation>
    </message>
    <message>
        <source>Unchanged</source>
        <translation>Unverändert</translation>
    </message>
    <message>
        <source>Assigned</source>
        <translation>Zugewiesen</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>Plan</translation>
    </message>
    <message>
        <source>Where it comes from; the best one within the limits is marked.</source>
        <translation>Woher er kommt; der beste innerhalb der Grenzen ist gekennzeichnet.</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>What the target stores, codes at their own bit-width.</source>
        <translation>Was das Ziel speichert, Codes in ihrer eigenen Bitbreite.</translation>
    </message>
    <message>
        <source>Latency ms</source>
        <translation>Latenz ms</translation>
    </message>
    <message>
        <source>Of one sample, by the target&apos;s cost model: a model, not a measurement.</source>
        <translation>Einer Probe, nach dem Kostenmodell des Ziels: ein Modell, keine Messung.</translation>
    </message>
    <message>
        <source>Energy mJ</source>
        <translation>Energie mJ</translation>
    </message>
    <message>
        <source>Of one sample, by the target&apos;s cost model.</source>
        <translation>Einer Probe, nach dem Kostenmodell des Ziels.</translation>
    </message>
    <message>
        <source>SQNR dB</source>
        <translation>SQNR dB</translation>
    </message>
    <message>
        <source>Of the first output against float, measured on the probe set.</source>
        <translation>Der ersten Ausgabe gegen Gleitkomma, gemessen an den Messproben.</translation>
    </message>
    <message>
        <source>Predicted dB</source>
        <translation>Vorhersage dB</translation>
    </message>
    <message>
        <source>The same from the isolated effects of the layers, added up.</source>
        <translation>Dasselbe aus den einzelnen Wirkungen der Schichten, zusammengezählt.</translation>
    </message>
    <message>
        <source>Loss %</source>
        <translation>Verlust %</translation>
    </message>
    <message>
        <source>Probe samples whose top class differs from the float model&apos;s, with a 95 % interval.</source>
        <translation>Messproben, deren erste Klasse von der des Gleitkommamodells abweicht, mit 95-%-Intervall.</translation>
    </message>
    <message>
        <source>On the front</source>
        <translation>Auf der Front</translation>
    </message>
    <message>
        <source>No other measured plan costs less and is better.</source>
        <translation>Kein anderer gemessener Plan kostet weniger und ist besser.</translation>
    </message>
    <message>
        <source>%1 (best)</source>
        <translation>%1 (bester)</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Where.</source>
        <translation>Wo.</translation>
    </message>
    <message>
        <source>Of its</source>
        <translation>Davon</translation>
    </message>
    <message>
        <source>What cannot run.</source>
        <translation>Was nicht läuft.</translation>
    </message>
    <message>
        <source>Nearest</source>
        <translation>Nächstes</translation>
    </message>
    <message>
        <source>The nearest choice that the target runs; – where no other format helps.</source>
        <translation>Die nächste Wahl, die das Ziel ausführt; –, wo kein anderes Format hilft.</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>Why the target cannot run it. It is simulated all the same, and refused at export.</source>
        <translation>Warum das Ziel es nicht ausführen kann. Simuliert wird es trotzdem, beim Export abgelehnt.</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>Of a weight on average, without scales; float counts 32.</source>
        <translation>Eines Gewichts im Mittel, ohne Skalen; Gleitkomma zählt 32.</translation>
    </message>
</context>
<context>
    <name>GridChoices</name>
    <message>
        <source>per channel</source>
        <translation>je Kanal</translation>
    </message>
    <message>
        <source>per tensor</source>
        <translation>je Tensor</translation>
    </message>
    <message>
        <source>groups of %1</source>
        <translation>Gruppen zu %1</translation>
    </message>
    <message>
        <source>symmetric</source>
        <translation>symmetrisch</translation>
    </message>
    <message>
        <source>asymmetric</source>
        <translation>asymmetrisch</translation>
    </message>
    <message>
        <source>symmetric, scales are powers of two</source>
        <translation>symmetrisch, Skalen sind Zweierpotenzen</translation>
    </message>
    <message>
        <source>asymmetric, scales are powers of two</source>
        <translation>asymmetrisch, Skalen sind Zweierpotenzen</translation>
    </message>
</context>
<context>
    <name>Inspection</name>
    <message>
        <source>Rounding</source>
        <translation>Rundung</translation>
    </message>
    <message>
        <source>to the nearest value of the format</source>
        <translation>auf den nächsten Wert des Formats</translation>
    </message>
    <message>
        <source>16-bit floats have no scale: every value is rounded to the format.</source>
        <translation>16-Bit-Gleitkommazahlen haben keine Skala: jeder Wert wird auf das Format gerundet.</translation>
    </message>
    <message>
        <source>Scale (step)</source>
        <translation>Skala (Schritt)</translation>
    </message>
    <message>
        <source>%1 … %2, one for each of %3 channels</source>
        <translation>%1 … %2, eine für jeden der %3 Kanäle</translation>
    </message>
    <message>
        <source>Distance of neighbouring grid points: real = (code − zero-point) · scale.</source>
        <translation>Abstand benachbarter Rasterpunkte: reell = (Code − Nullpunkt) · Skala.</translation>
    </message>
    <message>
        <source>Zero-point</source>
        <translation>Nullpunkt</translation>
    </message>
    <message>
        <source>The code that stands for exactly 0.</source>
        <translation>Der Code, der für genau 0 steht.</translation>
    </message>
    <message>
        <source>Codes</source>
        <translation>Codes</translation>
    </message>
    <message>
        <source>The smallest and largest code of the grid.</source>
        <translation>Kleinster und größter Code des Rasters.</translation>
    </message>
    <message>
        <source>Grid covers</source>
        <translation>Raster deckt</translation>
    </message>
    <message>
        <source>Real values of the smallest and largest code; what lies outside is clipped.</source>
        <translation>Reelle Werte des kleinsten und größten Codes; was außerhalb liegt, wird beschnitten.</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>float32: the target puts no point here</source>
        <translation>float32: das Ziel quantisiert hier nicht</translation>
    </message>
    <message>
        <source>Number format, one scale for what, and whether zero lies in the middle.</source>
        <translation>Zahlenformat, wofür je eine Skala gilt, und ob die Null in der Mitte liegt.</translation>
    </message>
    <message>
        <source>Range by</source>
        <translation>Bereich durch</translation>
    </message>
    <message>
        <source>hand</source>
        <translation>Hand</translation>
    </message>
    <message>
        <source>The method that chose the clipping range.</source>
        <translation>Das Verfahren, das den Bereich gewählt hat.</translation>
    </message>
    <message>
        <source>Seen</source>
        <translation>Gesehen</translation>
    </message>
    <message>
        <source>Smallest and largest value of all calibration samples, exact.</source>
        <translation>Kleinster und größter Wert aller Kalibrierproben, exakt.</translation>
    </message>
    <message>
        <source>Clipped</source>
        <translation>Beschnitten</translation>
    </message>
    <message>
        <source>%1 below, %2 above</source>
        <translation>%1 unten, %2 oben</translation>
    </message>
    <message>
        <source>Share of the calibration values outside the grid.</source>
        <translation>Anteil der Kalibrierwerte außerhalb des Rasters.</translation>
    </message>
    <message>
        <source>SQNR, dB</source>
        <translation>SQNR, dB</translation>
    </message>
    <message>
        <source>10 log10 of mean square by mean squared error of this grid on the calibration histogram.</source>
        <translation>10 log10 aus mittlerem Quadrat durch mittleren quadratischen Fehler dieses Rasters auf dem Kalibrierhistogramm.</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>Form</translation>
    </message>
    <message>
        <source>Shape of the weight tensor.</source>
        <translation>Form des Gewichtstensors.</translation>
    </message>
    <message>
        <source>Smallest and largest weight.</source>
        <translation>Kleinstes und größtes Gewicht.</translation>
    </message>
    <message>
        <source>10 log10 of sum of w² by sum of squared errors.</source>
        <translation>10 log10 aus Summe von w² durch Summe der quadrierten Fehler.</translation>
    </message>
    <message>
        <source>Levels</source>
        <translation>Stufen</translation>
    </message>
    <message>
        <source>How many different values the table holds: real = table[code] · scale.</source>
        <translation>Wie viele verschiedene Werte die Tabelle enthält: reell = Tabelle[Code] · Skala.</translation>
    </message>
    <message>
        <source>each tensor as it comes</source>
        <translation>jeder Tensor, wie er kommt</translation>
    </message>
    <message>
        <source>Scale and zero-point are computed anew from the smallest and largest value of every run.</source>
        <translation>Skala und Nullpunkt werden bei jedem Lauf neu aus dem kleinsten und dem größten Wert berechnet.</translation>
    </message>
    <message>
        <source>%1 … %2, one for each of %3 groups</source>
        <translation>%1 … %2, je eine für %3 Gruppen</translation>
    </message>
</context>
<context>
    <name>LayerColumn</name>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Name of the layer: its node, together with the batch-norm and clamp folded into it.</source>
        <translation>Name der Schicht: ihr Knoten samt Batch-Norm und Begrenzung, die in ihm aufgehen.</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>The operator that computes the layer.</source>
        <translation>Der Operator, der die Schicht berechnet.</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingang</translation>
    </message>
    <message>
        <source>Shape of the layer&apos;s first input; ? where it is not fixed.</source>
        <translation>Form des ersten Eingangs der Schicht; ? wo sie nicht feststeht.</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgang</translation>
    </message>
    <message>
        <source>Shape of the layer&apos;s activations; ? where it is not fixed.</source>
        <translation>Form der Aktivierungen der Schicht; ? wo sie nicht feststeht.</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>Number of weights and biases, folded batch-norms included.</source>
        <translation>Anzahl der Gewichte und Bias-Werte, eingerechnete Batch-Norms eingeschlossen.</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MACs</translation>
    </message>
    <message>
        <source>Multiply-accumulates for one sample.</source>
        <translation>Multiplikationen mit Addition für eine Probe.</translation>
    </message>
    <message>
        <source>W</source>
        <translation>G</translation>
    </message>
    <message>
        <source>Number format of the weights. Keys: 2 to 8, F for float; with Alt the weights alone.</source>
        <translation>Zahlenformat der Gewichte. Tasten: 2 bis 8, F für Gleitkomma; mit Alt die Gewichte allein.</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>Number format of the activations. Keys: 2 to 8, F for float; with Shift the activations alone.</source>
        <translation>Zahlenformat der Aktivierungen. Tasten: 2 bis 8, F für Gleitkomma; mit Umschalt die Aktivierungen allein.</translation>
    </message>
    <message>
        <source>W dB</source>
        <translation>G dB</translation>
    </message>
    <message>
        <source>Signal to quantization noise of the weights alone: 10 log10(sum of w² / sum of errors²).</source>
        <translation>Signal zu Quantisierungsrauschen der Gewichte allein: 10 log10(Summe w² / Summe Fehler²).</translation>
    </message>
    <message>
        <source>Local dB</source>
        <translation>Lokal dB</translation>
    </message>
    <message>
        <source>SQNR when only this tensor is quantized: its own grid on the float values of the probe set.</source>
        <translation>SQNR, wenn nur dieser Tensor quantisiert ist: sein eigenes Raster auf den Gleitkommawerten der Messproben.</translation>
    </message>
    <message>
        <source>Accum. dB</source>
        <translation>Gesamt dB</translation>
    </message>
    <message>
        <source>SQNR of the quantized run against the float run at this place: errors of all layers before included.</source>
        <translation>SQNR des quantisierten Laufs gegen den Gleitkommalauf an dieser Stelle: Fehler aller Schichten davor eingeschlossen.</translation>
    </message>
    <message>
        <source>Clip %</source>
        <translation>Beschn. %</translation>
    </message>
    <message>
        <source>Share of the activation values that lie outside the grid.</source>
        <translation>Anteil der Aktivierungswerte außerhalb des Rasters.</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Bytes of the weights at their bit-width, with biases and scales.</source>
        <translation>Bytes der Gewichte in ihrer Bitbreite, mit Bias-Werten und Skalen.</translation>
    </message>
    <message>
        <source>dB / KiB</source>
        <translation>dB / KiB</translation>
    </message>
    <message>
        <source>Output SQNR lost for each KiB that the format of these weights saves: what comes back on the probe set when they alone return to float. Run &gt; Measure loss per KiB fills it.</source>
        <translation>Ausgabe-SQNR, die jedes KiB kostet, das das Format dieser Gewichte spart: was auf den Messproben zurückkommt, wenn sie allein wieder Gleitkomma sind. Ausführen &gt; Verlust je KiB messen füllt die Spalte.</translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>Bemerkung</translation>
    </message>
    <message>
        <source>Why a layer cannot run, or what the plan asked for that cannot be had.</source>
        <translation>Warum eine Schicht nicht laufen kann, oder was der Plan wollte und nicht zu haben ist.</translation>
    </message>
    <message>
        <source>Locked: edits leave it alone (Space unlocks).</source>
        <translation>Gesperrt: Änderungen lassen sie unberührt (Leertaste entsperrt).</translation>
    </message>
    <message>
        <source>Not measured for this format: Run &gt; Measure loss per KiB (Ctrl+L).</source>
        <translation>Für dieses Format nicht gemessen: Ausführen &gt; Verlust je KiB messen (Strg+L).</translation>
    </message>
    <message>
        <source>Measured before other layers were changed; measure again for the present plan.</source>
        <translation>Gemessen, bevor andere Schichten geändert wurden; für den jetzigen Plan neu messen.</translation>
    </message>
</context>
<context>
    <name>LayerFilter</name>
    <message>
        <source>&quot;%1&quot; is not a number.</source>
        <translation>„%1“ ist keine Zahl.</translation>
    </message>
    <message>
        <source>Nothing is called &quot;%1&quot; here.</source>
        <translation>Hier heißt nichts „%1“.</translation>
    </message>
    <message>
        <source>Known: %1.</source>
        <translation>Bekannt: %1.</translation>
    </message>
</context>
<context>
    <name>Metric</name>
    <message>
        <source>agreement</source>
        <translation>Übereinstimmung</translation>
    </message>
    <message>
        <source>%1 points</source>
        <translation>%1 Punkte</translation>
    </message>
</context>
<context>
    <name>NumberText</name>
    <message>
        <source>exact</source>
        <translation>exakt</translation>
    </message>
    <message>
        <source>&lt; 0.01 %</source>
        <translation>&lt; 0,01 %</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>Profil</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>Validierung</translation>
    </message>
    <message>
        <source>Assign</source>
        <translation>Zuweisen</translation>
    </message>
</context>
<context>
    <name>Preprocess</name>
    <message>
        <source>Scale the short side to %1</source>
        <translation>Kurze Seite auf %1 skalieren</translation>
    </message>
    <message>
        <source>Scale to %1 (height × width)</source>
        <translation>Auf %1 skalieren (Höhe × Breite)</translation>
    </message>
    <message>
        <source>Cut the middle %1 × %1</source>
        <translation>Mitte ausschneiden, %1 × %1</translation>
    </message>
    <message>
        <source>Channels as %1</source>
        <translation>Kanäle als %1</translation>
    </message>
    <message>
        <source>Multiply by %1</source>
        <translation>Mal %1</translation>
    </message>
    <message>
        <source>Subtract %1</source>
        <translation>%1 abziehen</translation>
    </message>
    <message>
        <source>Divide by %1</source>
        <translation>Durch %1 teilen</translation>
    </message>
    <message>
        <source>Layout %1</source>
        <translation>Anordnung %1</translation>
    </message>
    <message>
        <source>As %1</source>
        <translation>Als %1</translation>
    </message>
    <message>
        <source>Fit into the middle of %1 × %1, the rest filled with %2</source>
        <translation>In die Mitte von %1 × %1 einpassen, den Rest mit %2 füllen</translation>
    </message>
    <message>
        <source>Fit into %1 × %1 from the top left, the rest filled with %2</source>
        <translation>In %1 × %1 von oben links einpassen, den Rest mit %2 füllen</translation>
    </message>
    <message>
        <source>Reshape to %1</source>
        <translation>Umformen zu %1</translation>
    </message>
    <message>
        <source>Cut or pad to %1 values</source>
        <translation>Auf %1 Werte schneiden oder auffüllen</translation>
    </message>
</context>
<context>
    <name>ProfileGrid</name>
    <message>
        <source>Kernels before it in the list refused: %1</source>
        <translation>Kernel, die in der Liste davor stehen, lehnten ab: %1</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>The layer, or the step that belongs to none.</source>
        <translation>Die Schicht, oder der Schritt, der zu keiner gehört.</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>What computes it.</source>
        <translation>Was sie berechnet.</translation>
    </message>
    <message>
        <source>Float ms</source>
        <translation>Gleitk. ms</translation>
    </message>
    <message>
        <source>Median time of the step in the float program; – where it is computed within another step.</source>
        <translation>Mittlere Zeit (Median) des Schritts im Gleitkommaprogramm; – wo ihn ein anderer Schritt mitrechnet.</translation>
    </message>
    <message>
        <source>Integer ms</source>
        <translation>Ganzz. ms</translation>
    </message>
    <message>
        <source>Median time of the step in the quantized program on 8-bit kernels; what none of them takes is simulated in float. The column of kernels says which.</source>
        <translation>Mittlere Zeit (Median) des Schritts im quantisierten Programm auf 8-Bit-Kerneln; was keiner davon nimmt, wird in Gleitkomma simuliert. Die Spalte der Kernel sagt, welcher es war.</translation>
    </message>
    <message>
        <source>× float</source>
        <translation>× Gleitk.</translation>
    </message>
    <message>
        <source>Integer time by float time; above 1 is slower.</source>
        <translation>Ganzzahlige Zeit durch Gleitkommazeit; über 1 ist langsamer.</translation>
    </message>
    <message>
        <source>Share %</source>
        <translation>Anteil %</translation>
    </message>
    <message>
        <source>Share of the time of all steps.</source>
        <translation>Anteil an der Zeit aller Schritte.</translation>
    </message>
    <message>
        <source>GFLOP/s</source>
        <translation>GFLOP/s</translation>
    </message>
    <message>
        <source>Multiplications and additions a second, in thousand millions.</source>
        <translation>Multiplikationen und Additionen je Sekunde, in Milliarden.</translation>
    </message>
    <message>
        <source>MB moved</source>
        <translation>MB bewegt</translation>
    </message>
    <message>
        <source>Weights read, activations read and written, in millions of bytes.</source>
        <translation>Gelesene Gewichte, gelesene und geschriebene Aktivierungen, in Millionen Bytes.</translation>
    </message>
    <message>
        <source>GB/s</source>
        <translation>GB/s</translation>
    </message>
    <message>
        <source>Those bytes by the time.</source>
        <translation>Diese Bytes durch die Zeit.</translation>
    </message>
    <message>
        <source>Bound by</source>
        <translation>Begrenzt durch</translation>
    </message>
    <message>
        <source>What would limit the step on this machine: its operations or its bytes.</source>
        <translation>Was den Schritt auf diesem Rechner begrenzen würde: seine Operationen oder seine Bytes.</translation>
    </message>
    <message>
        <source>Of peak %</source>
        <translation>V. Spitze %</translation>
    </message>
    <message>
        <source>Time that the machine&apos;s measured rates allow by the time that the step took; 100 is all that the machine can do.</source>
        <translation>Zeit, die die gemessenen Raten des Rechners erlauben, durch die Zeit, die der Schritt brauchte; 100 ist alles, was der Rechner kann.</translation>
    </message>
    <message>
        <source>Kernel</source>
        <translation>Kernel</translation>
    </message>
    <message>
        <source>The implementation, with what is fused into it.</source>
        <translation>Die Implementierung, mit dem, was in sie verschmolzen ist.</translation>
    </message>
    <message>
        <source>Why slower</source>
        <translation>Warum langsamer</translation>
    </message>
    <message>
        <source>What the integer step does that the float one does not; only where it is slower.</source>
        <translation>Was der ganzzahlige Schritt tut und der in Gleitkomma nicht; nur wo er langsamer ist.</translation>
    </message>
    <message>
        <source>operations</source>
        <translation>Operationen</translation>
    </message>
    <message>
        <source>memory</source>
        <translation>Speicher</translation>
    </message>
</context>
<context>
    <name>RunGrids</name>
    <message>
        <source>Metric</source>
        <translation>Maß</translation>
    </message>
    <message>
        <source>What was measured.</source>
        <translation>Was gemessen wurde.</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Gleitkomma</translation>
    </message>
    <message>
        <source>The float model on these samples.</source>
        <translation>Das Gleitkommamodell auf diesen Proben.</translation>
    </message>
    <message>
        <source>Quantized</source>
        <translation>Quantisiert</translation>
    </message>
    <message>
        <source>The quantized model on the same samples.</source>
        <translation>Das quantisierte Modell auf denselben Proben.</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>Float against quantized; positive is worse. Shares in percentage points.</source>
        <translation>Gleitkomma gegen quantisiert; positiv ist schlechter. Anteile in Prozentpunkten.</translation>
    </message>
    <message>
        <source>95 % interval</source>
        <translation>95-%-Intervall</translation>
    </message>
    <message>
        <source>The loss on other samples of this kind lies in here 19 times of 20; paired, sample by sample.</source>
        <translation>Der Verlust auf anderen Proben dieser Art liegt in 19 von 20 Fällen hierin; gepaart, Probe für Probe.</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgang</translation>
    </message>
    <message>
        <source>A graph output.</source>
        <translation>Eine Ausgabe des Graphen.</translation>
    </message>
    <message>
        <source>SQNR dB</source>
        <translation>SQNR dB</translation>
    </message>
    <message>
        <source>Quantized against float output over all samples.</source>
        <translation>Quantisierte gegen Gleitkommaausgabe über alle Proben.</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>Kosinus</translation>
    </message>
    <message>
        <source>Cosine similarity of quantized and float output; 1 is the same direction.</source>
        <translation>Kosinusähnlichkeit von quantisierter und Gleitkommaausgabe; 1 ist dieselbe Richtung.</translation>
    </message>
    <message>
        <source>Largest error</source>
        <translation>Größter Fehler</translation>
    </message>
    <message>
        <source>Largest absolute difference of one element.</source>
        <translation>Größter absoluter Unterschied eines Elements.</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>The layer; click selects it in the whole window.</source>
        <translation>Die Schicht; ein Klick wählt sie im ganzen Fenster.</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>What computes it.</source>
        <translation>Was sie berechnet.</translation>
    </message>
    <message>
        <source>Weights dB</source>
        <translation>Gewichte dB</translation>
    </message>
    <message>
        <source>SQNR of the weights alone; – without weights.</source>
        <translation>SQNR der Gewichte allein; – ohne Gewichte.</translation>
    </message>
    <message>
        <source>Local dB</source>
        <translation>Lokal dB</translation>
    </message>
    <message>
        <source>SQNR when only this tensor is quantized.</source>
        <translation>SQNR, wenn nur dieser Tensor quantisiert ist.</translation>
    </message>
    <message>
        <source>Accum. dB</source>
        <translation>Gesamt dB</translation>
    </message>
    <message>
        <source>SQNR of the quantized run against the float run at this place.</source>
        <translation>SQNR des quantisierten Laufs gegen den Gleitkommalauf an dieser Stelle.</translation>
    </message>
    <message>
        <source>Clip %</source>
        <translation>Beschn. %</translation>
    </message>
    <message>
        <source>Share of values outside the grid.</source>
        <translation>Anteil der Werte außerhalb des Rasters.</translation>
    </message>
    <message>
        <source>Largest absolute difference of one element, accumulated.</source>
        <translation>Größter absoluter Unterschied eines Elements, aufgelaufen.</translation>
    </message>
    <message>
        <source>NaN, Inf</source>
        <translation>NaN, Inf</translation>
    </message>
    <message>
        <source>Values of the quantized run that are no finite numbers.</source>
        <translation>Werte des quantisierten Laufs, die keine endlichen Zahlen sind.</translation>
    </message>
    <message>
        <source>Sample</source>
        <translation>Probe</translation>
    </message>
    <message>
        <source>File name or index.</source>
        <translation>Dateiname oder Nummer.</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>Label</translation>
    </message>
    <message>
        <source>The right class; – where there is none.</source>
        <translation>Die richtige Klasse; – wo es keine gibt.</translation>
    </message>
    <message>
        <source>Class that the float model gives.</source>
        <translation>Klasse, die das Gleitkommamodell nennt.</translation>
    </message>
    <message>
        <source>Class that the quantized model gives.</source>
        <translation>Klasse, die das quantisierte Modell nennt.</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>What quantization did to the answer.</source>
        <translation>Was die Quantisierung mit der Antwort gemacht hat.</translation>
    </message>
    <message>
        <source>Score of the quantized model on this sample.</source>
        <translation>Wertung des quantisierten Modells auf dieser Probe.</translation>
    </message>
    <message>
        <source>%1 float</source>
        <translation>%1 (Gleitkomma)</translation>
    </message>
    <message>
        <source>%1 quantized</source>
        <translation>%1 (quantisiert)</translation>
    </message>
    <message>
        <source>Score of the float model on this sample.</source>
        <translation>Wertung des Gleitkommamodells für dieses Beispiel.</translation>
    </message>
    <message>
        <source>became wrong</source>
        <translation>wurde falsch</translation>
    </message>
    <message>
        <source>became right</source>
        <translation>wurde richtig</translation>
    </message>
    <message>
        <source>other wrong class</source>
        <translation>andere falsche Klasse</translation>
    </message>
    <message>
        <source>other class</source>
        <translation>andere Klasse</translation>
    </message>
    <message>
        <source>Where.</source>
        <translation>Wo.</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>What is unusual about its numbers.</source>
        <translation>Was an den Zahlen ungewöhnlich ist.</translation>
    </message>
</context>
<context>
    <name>StatisticsGrid</name>
    <message>
        <source>Tensor</source>
        <translation>Tensor</translation>
    </message>
    <message>
        <source>The layer whose activations these are.</source>
        <translation>Die Schicht, zu der diese Aktivierungen gehören.</translation>
    </message>
    <message>
        <source>Distribution</source>
        <translation>Verteilung</translation>
    </message>
    <message>
        <source>Counts between minimum and maximum, on a root scale so that thin tails show.</source>
        <translation>Anzahlen zwischen Minimum und Maximum, auf einer Wurzelskala, damit dünne Enden zu sehen sind.</translation>
    </message>
    <message>
        <source>Minimum</source>
        <translation>Minimum</translation>
    </message>
    <message>
        <source>The smallest value of all samples, exact.</source>
        <translation>Der kleinste Wert aller Proben, exakt.</translation>
    </message>
    <message>
        <source>Maximum</source>
        <translation>Maximum</translation>
    </message>
    <message>
        <source>The largest value of all samples, exact.</source>
        <translation>Der größte Wert aller Proben, exakt.</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>Sum of the values by their number.</source>
        <translation>Summe der Werte durch ihre Anzahl.</translation>
    </message>
    <message>
        <source>Std. dev.</source>
        <translation>Std.-Abw.</translation>
    </message>
    <message>
        <source>Root of the mean squared distance from the mean.</source>
        <translation>Wurzel aus dem mittleren quadratischen Abstand vom Mittel.</translation>
    </message>
    <message>
        <source>Kurtosis</source>
        <translation>Wölbung</translation>
    </message>
    <message>
        <source>Weight of the tails above that of a normal distribution, from the histogram: where it is large, a few values set the range.</source>
        <translation>Gewicht der Ausläufer über dem einer Normalverteilung, aus dem Histogramm: Wo es groß ist, setzen wenige Werte den Bereich.</translation>
    </message>
    <message>
        <source>Zeros %</source>
        <translation>Nullen %</translation>
    </message>
    <message>
        <source>Share of zeros among the values of the histogram.</source>
        <translation>Anteil der Nullen an den Werten des Histogramms.</translation>
    </message>
    <message>
        <source>Maximum set by</source>
        <translation>Maximum gesetzt von</translation>
    </message>
    <message>
        <source>The sample in which the largest value was seen.</source>
        <translation>Die Probe, in der der größte Wert gesehen wurde.</translation>
    </message>
</context>
<context>
    <name>engine</name>
    <message>
        <source>Entropy</source>
        <translation>Entropie</translation>
    </message>
    <message>
        <source>The threshold whose quantized distribution diverges least from the real one; tensors and channels of fewer than 4,096 values keep their full range (Migacz, &quot;8-bit Inference with TensorRT&quot;, GTC 2017).</source>
        <translation>Die Schwelle, deren quantisierte Verteilung am wenigsten von der echten abweicht; Tensoren und Kanäle mit weniger als 4096 Werten behalten ihren ganzen Bereich (Migacz, „8-bit Inference with TensorRT“, GTC 2017).</translation>
    </message>
    <message>
        <source>Min-max</source>
        <translation>Min-Max</translation>
    </message>
    <message>
        <source>Covers every value seen; one outlier widens every step (Jacob et al., CVPR 2018).</source>
        <translation>Deckt jeden gesehenen Wert; ein Ausreißer macht jeden Schritt gröber (Jacob et al., CVPR 2018).</translation>
    </message>
    <message>
        <source>Least squared error</source>
        <translation>Kleinster quadratischer Fehler</translation>
    </message>
    <message>
        <source>The range with the smallest squared error, rounding and clipping together (Choukroun et al., &quot;Low-bit Quantization of Neural Networks for Efficient Inference&quot;, ICCVW 2019).</source>
        <translation>Der Bereich mit dem kleinsten quadratischen Fehler, Runden und Beschneiden zusammen (Choukroun et al., „Low-bit Quantization of Neural Networks for Efficient Inference“, ICCVW 2019).</translation>
    </message>
    <message>
        <source>Kept share in percent</source>
        <translation>Behaltener Anteil in Prozent</translation>
    </message>
    <message>
        <source>The share of values inside the range; the rest is clipped.</source>
        <translation>Der Anteil der Werte im Bereich; der Rest wird beschnitten.</translation>
    </message>
    <message>
        <source>Percentile</source>
        <translation>Perzentil</translation>
    </message>
    <message>
        <source>Clips a fixed share of the values (Wu et al., &quot;Integer Quantization for Deep Learning Inference&quot;, 2020).</source>
        <translation>Beschneidet einen festen Anteil der Werte (Wu et al., „Integer Quantization for Deep Learning Inference“, 2020).</translation>
    </message>
    <message>
        <source>Top-1 accuracy</source>
        <translation>Top-1-Genauigkeit</translation>
    </message>
    <message>
        <source>Top-5 accuracy</source>
        <translation>Top-5-Genauigkeit</translation>
    </message>
    <message>
        <source>Top-1 agreement with float</source>
        <translation>Top-1-Übereinstimmung mit Gleitkomma</translation>
    </message>
    <message>
        <source>Mean squared error</source>
        <translation>Mittlerer quadratischer Fehler</translation>
    </message>
    <message>
        <source>IoU</source>
        <translation>IoU</translation>
    </message>
    <message>
        <source>AP50</source>
        <translation>AP50</translation>
    </message>
    <message>
        <source>Clusters</source>
        <translation>Cluster</translation>
    </message>
    <message>
        <source>The outermost of as many cluster means as the format has levels (Lloyd, &quot;Least Squares Quantization in PCM&quot;, 1982).</source>
        <translation>Die äußersten von so vielen Clustermittelpunkten, wie das Format Stufen hat (Lloyd, „Least Squares Quantization in PCM“, 1982).</translation>
    </message>
    <message>
        <source>Mean of extremes</source>
        <translation>Mittel der Extremwerte</translation>
    </message>
    <message>
        <source>The mean smallest and the mean largest value over the samples, which one outlying sample moves little; weights, which have no samples, keep their full range.</source>
        <translation>Das Mittel der kleinsten und das der größten Werte der Beispiele, das ein einzelner Ausreißer wenig verschiebt; Gewichte, die keine Beispiele haben, behalten ihren vollen Bereich.</translation>
    </message>
    <message>
        <source>Iterations</source>
        <translation>Iterationen</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Lernrate</translation>
    </message>
    <message>
        <source>Regularization</source>
        <translation>Regularisierung</translation>
    </message>
    <message>
        <source>How strongly weights are driven to one side</source>
        <translation>Wie stark Gewichte zu einer Seite gedrängt werden</translation>
    </message>
    <message>
        <source>Learned rounding</source>
        <translation>Gelernte Rundung</translation>
    </message>
    <message>
        <source>Learns for each weight whether to round up or down (AdaRound: Nagel et al., &quot;Up or Down? Adaptive Rounding for Post-Training Quantization&quot;, ICML 2020).</source>
        <translation>Lernt für jedes Gewicht, ob auf- oder abgerundet wird (AdaRound: Nagel et al., „Up or Down? Adaptive Rounding for Post-Training Quantization“, ICML 2020).</translation>
    </message>
    <message>
        <source>Strengths tried</source>
        <translation>Versuchte Stärken</translation>
    </message>
    <message>
        <source>Between none and scales that are as uneven as the activations</source>
        <translation>Zwischen keiner und Skalen, die so ungleich wie die Aktivierungen sind</translation>
    </message>
    <message>
        <source>Activation-aware scaling</source>
        <translation>Skalierung nach Aktivierungen</translation>
    </message>
    <message>
        <source>Multiplies weights that read large activations before they are rounded, by the power of those that changes the output least (AWQ: Lin et al., &quot;AWQ: Activation-aware Weight Quantization for LLM Compression and Acceleration&quot;, MLSys 2024).</source>
        <translation>Vervielfacht Gewichte, die große Aktivierungen lesen, vor dem Runden, mit derjenigen Potenz davon, die die Ausgabe am wenigsten ändert (AWQ: Lin et al., „AWQ: Activation-aware Weight Quantization for LLM Compression and Acceleration“, MLSys 2024).</translation>
    </message>
    <message>
        <source>Means</source>
        <translation>Mittelwerte</translation>
    </message>
    <message>
        <source>measured: of what the clamps let through, in the quantized run, layer after layer; analytic: before the clamps, from the calibration statistics</source>
        <translation>measured: dessen, was die Begrenzungen durchlassen, im quantisierten Lauf, Schicht für Schicht; analytic: vor den Begrenzungen, aus der Kalibrierstatistik</translation>
    </message>
    <message>
        <source>Bias correction</source>
        <translation>Bias-Korrektur</translation>
    </message>
    <message>
        <source>Shifts each bias so that the mean of the layer&apos;s output is again that of the float model, where a clamp behind it lets it through (after Nagel et al., &quot;Data-Free Quantization Through Weight Equalization and Bias Correction&quot;, ICCV 2019).</source>
        <translation>Verschiebt jeden Bias so, dass das Mittel der Ausgabe der Schicht wieder das des Gleitkommamodells ist, wo eine Begrenzung dahinter sie durchlässt (nach Nagel et al., „Data-Free Quantization Through Weight Equalization and Bias Correction“, ICCV 2019).</translation>
    </message>
    <message>
        <source>Rounds</source>
        <translation>Runden</translation>
    </message>
    <message>
        <source>Pairs are balanced again and again, until nothing moves or so often</source>
        <translation>Paare werden wieder und wieder ausgeglichen, bis sich nichts mehr bewegt oder so oft</translation>
    </message>
    <message>
        <source>Clip between layers</source>
        <translation>Clip zwischen Schichten</translation>
    </message>
    <message>
        <source>limits: its upper end becomes one a channel, by a Min behind it; calibrated: channels that no calibration sample clips are scaled as far as that stays so; keep: no channel behind a Clip is scaled</source>
        <translation>limits: sein oberes Ende wird eines je Kanal, durch ein Min dahinter; calibrated: Kanäle, die keine Kalibrierprobe beschneidet, werden so weit skaliert, dass das so bleibt; keep: kein Kanal hinter einem Clip wird skaliert</translation>
    </message>
    <message>
        <source>Growth of activations</source>
        <translation>Wachstum der Aktivierungen</translation>
    </message>
    <message>
        <source>No channel&apos;s activations grow beyond the largest of the tensor times this: what weights gain in resolution, activations lose</source>
        <translation>Die Aktivierungen keines Kanals wachsen über die größte des Tensors mal diese Zahl: was Gewichte an Auflösung gewinnen, verlieren Aktivierungen</translation>
    </message>
    <message>
        <source>Move offsets into the next bias</source>
        <translation>Versätze in den nächsten Bias verschieben</translation>
    </message>
    <message>
        <source>What a channel never fell below in calibration; on other data this changes the float model</source>
        <translation>Was ein Kanal beim Kalibrieren nie unterschritt; auf anderen Daten ändert das das Gleitkommamodell</translation>
    </message>
    <message>
        <source>Cross-layer equalization</source>
        <translation>Schichtübergreifender Ausgleich</translation>
    </message>
    <message>
        <source>Scales channels of one layer up and those that read them down, so that their weights have like ranges (Nagel et al., &quot;Data-Free Quantization Through Weight Equalization and Bias Correction&quot;, ICCV 2019).</source>
        <translation>Skaliert Kanäle einer Schicht hinauf und die, die sie lesen, hinunter, sodass ihre Gewichte ähnliche Bereiche haben (Nagel et al., „Data-Free Quantization Through Weight Equalization and Bias Correction“, ICCV 2019).</translation>
    </message>
    <message>
        <source>Largest inputs first</source>
        <translation>Größte Eingänge zuerst</translation>
    </message>
    <message>
        <source>Scales tried a row</source>
        <translation>Versuchte Skalen je Zeile</translation>
    </message>
    <message>
        <source>Besides the present one; 0 keeps the scales of the range method</source>
        <translation>Neben der jetzigen; 0 behält die Skalen des Bereichsverfahrens</translation>
    </message>
    <message>
        <source>GPTQ</source>
        <translation>GPTQ</translation>
    </message>
    <message>
        <source>Rounds weight by weight and spreads each error over the weights still to come (Frantar et al., &quot;GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers&quot;, 2022).</source>
        <translation>Rundet Gewicht für Gewicht und verteilt jeden Fehler auf die Gewichte, die noch kommen (Frantar et al., „GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers“, 2022).</translation>
    </message>
    <message>
        <source>Norm of the error</source>
        <translation>Norm des Fehlers</translation>
    </message>
    <message>
        <source>Below 1, few large errors count for little; 1: the sum of magnitudes</source>
        <translation>Unter 1 zählen wenige große Fehler kaum; 1: die Summe der Beträge</translation>
    </message>
    <message>
        <source>Half-quadratic fit</source>
        <translation>Halbquadratische Anpassung</translation>
    </message>
    <message>
        <source>Fits scales and zero-points to the weights alone, so that few large errors count for little (HQQ: Badri and Shaji, &quot;Half-Quadratic Quantization of Large Machine Learning Models&quot;, 2023).</source>
        <translation>Passt Skalen und Nullpunkte nur an die Gewichte an, sodass wenige große Fehler kaum zählen (HQQ: Badri und Shaji, „Half-Quadratic Quantization of Large Machine Learning Models“, 2023).</translation>
    </message>
    <message>
        <source>Damping</source>
        <translation>Dämpfung</translation>
    </message>
    <message>
        <source>Added to the diagonal of the second moments, in parts of its mean</source>
        <translation>Wird zur Diagonale der zweiten Momente addiert, in Teilen ihres Mittels</translation>
    </message>
    <message>
        <source>Pull towards the float weights</source>
        <translation>Zug zu den Gleitkommagewichten</translation>
    </message>
    <message>
        <source>Keeps weights from moving to make up for earlier layers; 0: as much as does best where one half of the samples is held against the other, layer by layer</source>
        <translation>Hält Gewichte davon ab, sich zu bewegen, um frühere Schichten auszugleichen; 0: so sehr, wie es am besten ist, wenn eine Hälfte der Proben an der anderen gemessen wird, Schicht für Schicht</translation>
    </message>
    <message>
        <source>Inputs as quantized layers give them</source>
        <translation>Eingänge, wie quantisierte Schichten sie geben</translation>
    </message>
    <message>
        <source>Correct the bias too</source>
        <translation>Auch den Bias korrigieren</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Range migration</source>
        <translation>Bereichsverschiebung</translation>
    </message>
    <message>
        <source>Divides channels of activations and multiplies the weights that read them, so that both are as hard to quantize (SmoothQuant: Xiao et al., &quot;SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models&quot;, ICML 2023).</source>
        <translation>Teilt Kanäle von Aktivierungen und vervielfacht die Gewichte, die sie lesen, sodass beide gleich schwer zu quantisieren sind (SmoothQuant: Xiao et al., „SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models“, ICML 2023).</translation>
    </message>
    <message>
        <source>Groups of layers</source>
        <translation>Gruppen von Schichten</translation>
    </message>
    <message>
        <source>Layers are treated in so many groups, each seeing the results of those before</source>
        <translation>Schichten werden in so vielen Gruppen behandelt; jede sieht die Ergebnisse der vorigen</translation>
    </message>
    <message>
        <source>Raw head of YOLOX: strides, score (least), nms (largest overlap)</source>
        <translation>Roher Kopf von YOLOX: strides (Schrittweiten), score (kleinste Wertung), nms (größte Überlappung)</translation>
    </message>
    <message>
        <source>Sums overflow</source>
        <translation>Summen laufen über</translation>
    </message>
    <message>
        <source>The largest magnitude that a layer&apos;s integer sum can have, where it is beyond 32 bits.</source>
        <translation>Der größte Betrag, den die ganzzahlige Summe einer Schicht haben kann, wo er über 32 Bit hinausgeht.</translation>
    </message>
    <message>
        <source>Bias out of range</source>
        <translation>Bias außerhalb des Bereichs</translation>
    </message>
    <message>
        <source>The number of channels whose bias stands at the bound of its 32-bit code.</source>
        <translation>Die Zahl der Kanäle, deren Bias an der Grenze seines 32-Bit-Codes steht.</translation>
    </message>
    <message>
        <source>One sample sets the range</source>
        <translation>Ein Beispiel bestimmt den Bereich</translation>
    </message>
    <message>
        <source>How many times further one calibration sample reaches than every other: more than 1.5.</source>
        <translation>Wievielmal weiter ein Kalibrierbeispiel reicht als jedes andere: mehr als 1,5.</translation>
    </message>
    <message>
        <source>Clipped tail</source>
        <translation>Abgeschnittene Ausläufer</translation>
    </message>
    <message>
        <source>The share of values beyond a range that is at least 1 dB worse than the full one.</source>
        <translation>Der Anteil der Werte außerhalb eines Bereichs, der mindestens 1 dB schlechter ist als der volle.</translation>
    </message>
    <message>
        <source>Dead channel</source>
        <translation>Toter Kanal</translation>
    </message>
    <message>
        <source>The number of output channels that had one value in all of calibration.</source>
        <translation>Die Zahl der Ausgabekanäle, die in der ganzen Kalibrierung nur einen Wert hatten.</translation>
    </message>
    <message>
        <source>Probabilities collapse</source>
        <translation>Wahrscheinlichkeiten fallen zusammen</translation>
    </message>
    <message>
        <source>The share of the values of a softmax or sigmoid that become zero: over one half.</source>
        <translation>Der Anteil der Werte eines Softmax oder Sigmoid, die zu null werden: über die Hälfte.</translation>
    </message>
    <message>
        <source>Outlier channel</source>
        <translation>Ausreißerkanal</translation>
    </message>
    <message>
        <source>How many times further the widest channel of a common grid reaches than the median one: 8 or more.</source>
        <translation>Wievielmal weiter der weiteste Kanal eines gemeinsamen Rasters reicht als der mittlere: 8 oder mehr.</translation>
    </message>
    <message>
        <source>Scale conflict</source>
        <translation>Skalenkonflikt</translation>
    </message>
    <message>
        <source>How many times further the widest tensor of a shared grid reaches than the narrowest: 4 or more.</source>
        <translation>Wievielmal weiter der weiteste Tensor eines geteilten Rasters reicht als der engste: 4 oder mehr.</translation>
    </message>
    <message>
        <source>Rounded to zero</source>
        <translation>Zu null gerundet</translation>
    </message>
    <message>
        <source>The share of positive values, of tensors that have no negative ones, that become zero: over one half.</source>
        <translation>Der Anteil der positiven Werte, die zu null werden, in Tensoren ohne negative: über die Hälfte.</translation>
    </message>
    <message>
        <source>Discount chance correlations</source>
        <translation>Zufällige Korrelationen abziehen</translation>
    </message>
    <message>
        <source>Trusts correlations of inputs less where there are fewer samples than inputs</source>
        <translation>Traut Korrelationen der Eingaben weniger, wo es weniger Proben als Eingaben gibt</translation>
    </message>
    <message>
        <source>Passes over the samples</source>
        <translation>Durchgänge über die Beispiele</translation>
    </message>
    <message>
        <source>Samples a step</source>
        <translation>Beispiele je Schritt</translation>
    </message>
    <message>
        <source>Weight of the layers&apos; outputs</source>
        <translation>Gewicht der Ausgaben der Schichten</translation>
    </message>
    <message>
        <source>Of all together, against that of the model&apos;s outputs, which is 1</source>
        <translation>Aller zusammen, gegen das der Ausgaben des Modells, das 1 ist</translation>
    </message>
    <message>
        <source>Mirrored pictures too</source>
        <translation>Auch gespiegelte Bilder</translation>
    </message>
    <message>
        <source>Shows half of the pictures mirrored left to right</source>
        <translation>Zeigt die Hälfte der Bilder seitenverkehrt</translation>
    </message>
    <message>
        <source>Largest shift of pictures</source>
        <translation>Größte Verschiebung der Bilder</translation>
    </message>
    <message>
        <source>In pixels, each time another one</source>
        <translation>In Pixeln, jedes Mal eine andere</translation>
    </message>
    <message>
        <source>Fine-tuning by distillation</source>
        <translation>Feinabstimmung durch Destillation</translation>
    </message>
    <message>
        <source>Moves codes, scales, ranges and biases of all layers together towards the float model&apos;s outputs (Finkelstein et al., &quot;QFT: Post-training Quantization via Fast Joint Finetuning of All Degrees of Freedom&quot;, 2022, with learned steps by Esser et al., ICLR 2020).</source>
        <translation>Bewegt Codes, Skalen, Bereiche und Biaswerte aller Schichten gemeinsam auf die Ausgaben des Gleitkommamodells zu (Finkelstein et al., „QFT: Post-training Quantization via Fast Joint Finetuning of All Degrees of Freedom“, 2022, mit gelernten Schritten nach Esser et al., ICLR 2020).</translation>
    </message>
    <message>
        <source>Rate of weights</source>
        <translation>Rate der Gewichte</translation>
    </message>
    <message>
        <source>How far a step moves them, in steps of their grid; 0 keeps their codes</source>
        <translation>Wie weit ein Schritt sie bewegt, in Schritten ihres Gitters; 0 lässt ihre Codes</translation>
    </message>
    <message>
        <source>Rate of weight scales</source>
        <translation>Rate der Gewichtsskalen</translation>
    </message>
    <message>
        <source>Relative</source>
        <translation>Relativ</translation>
    </message>
    <message>
        <source>Rate of biases</source>
        <translation>Rate der Biaswerte</translation>
    </message>
    <message>
        <source>In standard deviations of the layer&apos;s output</source>
        <translation>In Standardabweichungen der Ausgabe der Schicht</translation>
    </message>
    <message>
        <source>Rate of activation ranges</source>
        <translation>Rate der Aktivierungsbereiche</translation>
    </message>
    <message>
        <source>Calibration samples repeat</source>
        <translation>Kalibrierbeispiele wiederholen sich</translation>
    </message>
    <message>
        <source>How many calibration samples left the same extremes in every tensor as an earlier one.</source>
        <translation>Wie viele Kalibrierbeispiele in jedem Tensor dieselben Extremwerte hinterließen wie ein früheres.</translation>
    </message>
    <message>
        <source>Halves of the calibration data differ</source>
        <translation>Hälften der Kalibrierdaten unterscheiden sich</translation>
    </message>
    <message>
        <source>How many times further at least three samples of one half reach than all of the other: more than 1.5, of 16 samples or more.</source>
        <translation>Wievielmal weiter mindestens drei Beispiele der einen Hälfte reichen als alle der anderen: mehr als 1,5, bei 16 oder mehr Beispielen.</translation>
    </message>
    <message>
        <source>Hadamard rotation</source>
        <translation>Hadamard-Drehung</translation>
    </message>
    <message>
        <source>Rotates vectors that layers make and layers read with nothing but linear maps between, so that no channel stands out (QuaRot: Ashkboos et al., &quot;QuaRot: Outlier-Free 4-Bit Inference in Rotated LLMs&quot;, NeurIPS 2024; only rotations that fold into weights).</source>
        <translation>Dreht Vektoren, die Schichten bilden und Schichten lesen und zwischen denen nur lineare Abbildungen stehen, so dass kein Kanal herausragt (QuaRot: Ashkboos u. a., &quot;QuaRot: Outlier-Free 4-Bit Inference in Rotated LLMs&quot;, NeurIPS 2024; nur Drehungen, die in den Gewichten aufgehen).</translation>
    </message>
    <message>
        <source>factors of the channels before &quot;</source>
        <translation>Faktoren der Kanäle vor &quot;</translation>
    </message>
    <message>
        <source>0: weights give their range to activations; 1: activations give theirs to weights; between: a share. Depthwise weights with a scale a channel take all of it</source>
        <translation>0: Gewichte geben ihren Bereich den Aktivierungen; 1: Aktivierungen geben ihren den Gewichten; dazwischen: ein Teil. Tiefenweise Gewichte mit einer Skala je Kanal nehmen alles auf</translation>
    </message>
    <message>
        <source>Preprocessing is doubtful</source>
        <translation>Vorverarbeitung ist zweifelhaft</translation>
    </message>
    <message>
        <source>How many signs there are that an input is not what the network was made for: too small, too large, channels in another order, constant, cut, or no numbers.</source>
        <translation>Wie viele Anzeichen es gibt, dass ein Eingang nicht das ist, wofür das Netz gemacht wurde: zu klein, zu groß, Kanäle in anderer Reihenfolge, gleichbleibend, abgeschnitten oder keine Zahlen.</translation>
    </message>
    <message>
        <source>Grids searched</source>
        <translation>Gesuchte Raster</translation>
    </message>
    <message>
        <source>Those that alone cost the outputs most</source>
        <translation>Die, die allein die Ausgaben am meisten kosten</translation>
    </message>
    <message>
        <source>From the second on with finer steps</source>
        <translation>Ab der zweiten mit feineren Schritten</translation>
    </message>
    <message>
        <source>Samples that rank the grids</source>
        <translation>Beispiele, die die Raster reihen</translation>
    </message>
    <message>
        <source>Ranges by output error</source>
        <translation>Bereiche nach Ausgabefehler</translation>
    </message>
    <message>
        <source>Steps a block</source>
        <translation>Schritte je Block</translation>
    </message>
    <message>
        <source>Layers a block</source>
        <translation>Schichten je Block</translation>
    </message>
    <message>
        <source>At least so many with weights; a residual block stays whole</source>
        <translation>Mindestens so viele mit Gewichten; ein Residualblock bleibt ganz</translation>
    </message>
    <message>
        <source>Block reconstruction</source>
        <translation>Blockrekonstruktion</translation>
    </message>
    <message>
        <source>Views of each picture</source>
        <translation>Ansichten jedes Bildes</translation>
    </message>
    <message>
        <source>1 as it is, 2 mirrored too, and with more parts of it as well</source>
        <translation>1 wie es ist, 2 auch gespiegelt, und bei mehr auch Teile davon</translation>
    </message>
    <message>
        <source>Chooses ranges of activations, one grid after the other, by the error of the model&apos;s outputs (Nahshan et al., &quot;Loss Aware Post-training Quantization&quot;, 2019, by coordinate descent).</source>
        <translation>Wählt die Bereiche von Aktivierungen, ein Gitter nach dem anderen, nach dem Fehler der Modellausgaben (Nahshan et al., &quot;Loss Aware Post-training Quantization&quot;, 2019, durch Abstieg je Koordinate).</translation>
    </message>
    <message>
        <source>Drop half of the activations&apos; grids</source>
        <translation>Die Hälfte der Gitter von Aktivierungen weglassen</translation>
    </message>
    <message>
        <source>Lets half of the activations through as they are, at each step others</source>
        <translation>Lässt die Hälfte der Aktivierungen durch, wie sie sind, bei jedem Schritt andere</translation>
    </message>
    <message>
        <source>Moves codes, scales, ranges and biases of a few layers at a time towards the float model&apos;s values behind them (Li et al., &quot;BRECQ: Pushing the Limit of Post-Training Quantization by Block Reconstruction&quot;, ICLR 2021, with learned steps by Esser et al., ICLR 2020; dropping by Wei et al., &quot;QDrop&quot;, ICLR 2022).</source>
        <translation>Bewegt Codes, Skalen, Bereiche und Biases von jeweils einigen Schichten auf die Werte zu, die das Gleitkommamodell hinter ihnen hat (Li et al., &quot;BRECQ: Pushing the Limit of Post-Training Quantization by Block Reconstruction&quot;, ICLR 2021, mit gelernten Schritten nach Esser et al., ICLR 2020; Weglassen nach Wei et al., &quot;QDrop&quot;, ICLR 2022).</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>An internal check failed: {what}.</source>
        <translation>Eine innere Prüfung ist fehlgeschlagen: {what}.</translation>
    </message>
    <message>
        <source>Please report this with the file that caused it.</source>
        <translation>Bitte melden Sie das mit der Datei, die es ausgelöst hat.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>{what}</source>
        <translation>{what}</translation>
    </message>
    <message>
        <source>Correct the value and try again.</source>
        <translation>Berichtigen Sie den Wert und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{what} needs {needed}, more than the limit of {limit}.</source>
        <translation>{what} braucht {needed}, mehr als die Grenze von {limit}.</translation>
    </message>
    <message>
        <source>Use a smaller input or raise the limit.</source>
        <translation>Nehmen Sie eine kleinere Eingabe oder erhöhen Sie die Grenze.</translation>
    </message>
    <message>
        <source>Not enough memory for {what}.</source>
        <translation>Nicht genug Speicher für {what}.</translation>
    </message>
    <message>
        <source>Close other programs or use a smaller model.</source>
        <translation>Schließen Sie andere Programme oder nehmen Sie ein kleineres Modell.</translation>
    </message>
    <message>
        <source>The file does not exist.</source>
        <translation>Die Datei gibt es nicht.</translation>
    </message>
    <message>
        <source>Check the path.</source>
        <translation>Prüfen Sie den Pfad.</translation>
    </message>
    <message>
        <source>The file cannot be read: {reason}.</source>
        <translation>Die Datei lässt sich nicht lesen: {reason}.</translation>
    </message>
    <message>
        <source>Check the path and its permissions.</source>
        <translation>Prüfen Sie den Pfad und seine Rechte.</translation>
    </message>
    <message>
        <source>The file cannot be written: {reason}.</source>
        <translation>Die Datei lässt sich nicht schreiben: {reason}.</translation>
    </message>
    <message>
        <source>Choose a folder that you may write to.</source>
        <translation>Wählen Sie einen Ordner, in den Sie schreiben dürfen.</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>Der Datenträger ist voll.</translation>
    </message>
    <message>
        <source>Free some space or choose another folder; nothing was written.</source>
        <translation>Schaffen Sie Platz oder wählen Sie einen anderen Ordner; es wurde nichts geschrieben.</translation>
    </message>
    <message>
        <source>This is not valid JSON: {reason} (line {line}, column {column}).</source>
        <translation>Das ist kein gültiges JSON: {reason} (Zeile {line}, Spalte {column}).</translation>
    </message>
    <message>
        <source>Correct the file.</source>
        <translation>Berichtigen Sie die Datei.</translation>
    </message>
    <message>
        <source>The field &quot;{field}&quot; {reason}.</source>
        <translation>Das Feld „{field}“: {reason}.</translation>
    </message>
    <message>
        <source>Correct the field.</source>
        <translation>Berichtigen Sie das Feld.</translation>
    </message>
    <message>
        <source>The shape is {actual}, but {expected} was expected.</source>
        <translation>Die Form ist {actual}, erwartet wurde {expected}.</translation>
    </message>
    <message>
        <source>Check the input&apos;s shape.</source>
        <translation>Prüfen Sie die Form der Eingabe.</translation>
    </message>
    <message>
        <source>The element type is {actual}, but {expected} was expected.</source>
        <translation>Der Elementtyp ist {actual}, erwartet wurde {expected}.</translation>
    </message>
    <message>
        <source>Convert the data first.</source>
        <translation>Wandeln Sie die Daten zuerst um.</translation>
    </message>
    <message>
        <source>This is not a valid .npy file: {reason}.</source>
        <translation>Das ist keine gültige .npy-Datei: {reason}.</translation>
    </message>
    <message>
        <source>Save the array again with numpy.save.</source>
        <translation>Speichern Sie das Feld noch einmal mit numpy.save.</translation>
    </message>
    <message>
        <source>This is not an ONNX model: {reason}.</source>
        <translation>Das ist kein ONNX-Modell: {reason}.</translation>
    </message>
    <message>
        <source>Choose an .onnx file.</source>
        <translation>Wählen Sie eine .onnx-Datei.</translation>
    </message>
    <message>
        <source>The model file ends too early: {reason}.</source>
        <translation>Die Modelldatei endet zu früh: {reason}.</translation>
    </message>
    <message>
        <source>Copy the file again; it is incomplete.</source>
        <translation>Kopieren Sie die Datei noch einmal; sie ist unvollständig.</translation>
    </message>
    <message>
        <source>The model is not valid: {reason}.</source>
        <translation>Das Modell ist nicht gültig: {reason}.</translation>
    </message>
    <message>
        <source>Export the model again.</source>
        <translation>Exportieren Sie das Modell noch einmal.</translation>
    </message>
    <message>
        <source>The external data file &quot;{location}&quot; is missing.</source>
        <translation>Die externe Datendatei „{location}“ fehlt.</translation>
    </message>
    <message>
        <source>Put it beside the model, as it was exported.</source>
        <translation>Legen Sie sie neben das Modell, wie sie exportiert wurde.</translation>
    </message>
    <message>
        <source>The external data location &quot;{location}&quot; is not allowed: {reason}.</source>
        <translation>Der Ort „{location}“ externer Daten ist nicht erlaubt: {reason}.</translation>
    </message>
    <message>
        <source>Locations must be plain relative paths inside the model&apos;s folder.</source>
        <translation>Orte müssen schlichte relative Pfade im Ordner des Modells sein.</translation>
    </message>
    <message>
        <source>The external data &quot;{location}&quot; is too short: {reason}.</source>
        <translation>Die externen Daten „{location}“ sind zu kurz: {reason}.</translation>
    </message>
    <message>
        <source>Copy the data file again; it is incomplete.</source>
        <translation>Kopieren Sie die Datendatei noch einmal; sie ist unvollständig.</translation>
    </message>
    <message>
        <source>The file type &quot;{extension}&quot; is not known.</source>
        <translation>Der Dateityp „{extension}“ ist nicht bekannt.</translation>
    </message>
    <message>
        <source>Known types: {known}.</source>
        <translation>Bekannte Typen: {known}.</translation>
    </message>
    <message>
        <source>{what} cannot be written to {format}: {reason}.</source>
        <translation>{what} lässt sich nicht als {format} schreiben: {reason}.</translation>
    </message>
    <message>
        <source>{nearest}</source>
        <translation>{nearest}</translation>
    </message>
    <message>
        <source>The operator {op} is not supported: {reason}.</source>
        <translation>Der Operator {op} wird nicht unterstützt: {reason}.</translation>
    </message>
    <message>
        <source>The model can be looked at but not run.</source>
        <translation>Das Modell lässt sich ansehen, aber nicht rechnen.</translation>
    </message>
    <message>
        <source>The operator {op} cannot take its input: {reason}.</source>
        <translation>Der Operator {op} kann seine Eingabe nicht nehmen: {reason}.</translation>
    </message>
    <message>
        <source>Check the model and the input shapes.</source>
        <translation>Prüfen Sie das Modell und die Formen der Eingaben.</translation>
    </message>
    <message>
        <source>The shape of &quot;{value}&quot; is not known.</source>
        <translation>Die Form von „{value}“ ist nicht bekannt.</translation>
    </message>
    <message>
        <source>Give the input&apos;s shape, for example --shape NAME=1x3x224x224.</source>
        <translation>Geben Sie die Form der Eingabe an, zum Beispiel --shape NAME=1x3x224x224.</translation>
    </message>
    <message>
        <source>The input &quot;{input}&quot; was not given.</source>
        <translation>Die Eingabe „{input}“ fehlt.</translation>
    </message>
    <message>
        <source>The model&apos;s inputs are: {inputs}.</source>
        <translation>Die Eingaben des Modells sind: {inputs}.</translation>
    </message>
    <message>
        <source>The model has no input &quot;{input}&quot;.</source>
        <translation>Das Modell hat keine Eingabe „{input}“.</translation>
    </message>
    <message>
        <source>The model is not quantized.</source>
        <translation>Das Modell ist nicht quantisiert.</translation>
    </message>
    <message>
        <source>Give a quantized model or a project, or use --precision float.</source>
        <translation>Geben Sie ein quantisiertes Modell oder ein Projekt an, oder nehmen Sie --precision float.</translation>
    </message>
    <message>
        <source>The dataset file is not valid: {reason}.</source>
        <translation>Die Datensatzdatei ist nicht gültig: {reason}.</translation>
    </message>
    <message>
        <source>See the dataset file&apos;s description in the documentation.</source>
        <translation>Sehen Sie in der Beschreibung der Datensatzdatei nach.</translation>
    </message>
    <message>
        <source>The data set has no samples.</source>
        <translation>Der Datensatz hat keine Proben.</translation>
    </message>
    <message>
        <source>Check the path and the split.</source>
        <translation>Prüfen Sie den Pfad und die Aufteilung.</translation>
    </message>
    <message>
        <source>The image cannot be read: {reason}.</source>
        <translation>Das Bild lässt sich nicht lesen: {reason}.</translation>
    </message>
    <message>
        <source>Remove or replace the file.</source>
        <translation>Entfernen oder ersetzen Sie die Datei.</translation>
    </message>
    <message>
        <source>The label {label} is not valid: {reason}.</source>
        <translation>Das Label {label} ist nicht gültig: {reason}.</translation>
    </message>
    <message>
        <source>Correct the label file.</source>
        <translation>Berichtigen Sie die Label-Datei.</translation>
    </message>
    <message>
        <source>The metric {metric} needs labels, but the data set has none.</source>
        <translation>Das Maß {metric} braucht Labels, der Datensatz hat aber keine.</translation>
    </message>
    <message>
        <source>Add labels to the dataset file, or use agreement.</source>
        <translation>Ergänzen Sie die Datensatzdatei um Labels, oder nehmen Sie agreement.</translation>
    </message>
    <message>
        <source>There is no {kind} &quot;{name}&quot;.</source>
        <translation>„{name}“ gibt es nicht ({kind}).</translation>
    </message>
    <message>
        <source>Known: {known}.</source>
        <translation>Bekannt: {known}.</translation>
    </message>
    <message>
        <source>The plan is not valid: {reason}.</source>
        <translation>Der Plan ist nicht gültig: {reason}.</translation>
    </message>
    <message>
        <source>Correct the plan.</source>
        <translation>Berichtigen Sie den Plan.</translation>
    </message>
    <message>
        <source>There are no statistics for &quot;{value}&quot;.</source>
        <translation>Für „{value}“ gibt es keine Statistik.</translation>
    </message>
    <message>
        <source>Calibrate the model first.</source>
        <translation>Kalibrieren Sie zuerst das Modell.</translation>
    </message>
    <message>
        <source>The statistics belong to another model or data set.</source>
        <translation>Die Statistik gehört zu einem anderen Modell oder Datensatz.</translation>
    </message>
    <message>
        <source>Calibrate again.</source>
        <translation>Kalibrieren Sie neu.</translation>
    </message>
    <message>
        <source>The project file is not valid: {reason}.</source>
        <translation>Die Projektdatei ist nicht gültig: {reason}.</translation>
    </message>
    <message>
        <source>Make a new project from the model.</source>
        <translation>Machen Sie aus dem Modell ein neues Projekt.</translation>
    </message>
    <message>
        <source>The project was written by a newer version ({version}).</source>
        <translation>Das Projekt wurde von einer neueren Version geschrieben ({version}).</translation>
    </message>
    <message>
        <source>Update the program.</source>
        <translation>Aktualisieren Sie das Programm.</translation>
    </message>
    <message>
        <source>The model file of this project has changed since it was calibrated.</source>
        <translation>Die Modelldatei dieses Projekts hat sich seit der Kalibrierung geändert.</translation>
    </message>
    <message>
        <source>Restore the file or calibrate again.</source>
        <translation>Stellen Sie die Datei wieder her oder kalibrieren Sie neu.</translation>
    </message>
    <message>
        <source>The key cannot be used: {reason}.</source>
        <translation>Der Schlüssel lässt sich nicht verwenden: {reason}.</translation>
    </message>
    <message>
        <source>Generate a key with &quot;tensorlathe-cli key generate&quot;.</source>
        <translation>Erzeugen Sie einen Schlüssel mit „tensorlathe-cli key generate“.</translation>
    </message>
    <message>
        <source>The passphrase does not open the key.</source>
        <translation>Die Passphrase öffnet den Schlüssel nicht.</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>Versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The bundle is not valid: {reason}.</source>
        <translation>Das Bündel ist nicht gültig: {reason}.</translation>
    </message>
    <message>
        <source>Do not install it; get it again from its maker.</source>
        <translation>Installieren Sie es nicht; holen Sie es neu von seinem Hersteller.</translation>
    </message>
    <message>
        <source>The signature does not match: {reason}.</source>
        <translation>Die Signatur stimmt nicht: {reason}.</translation>
    </message>
    <message>
        <source>Do not install the bundle; get it again from its maker.</source>
        <translation>Installieren Sie das Bündel nicht; holen Sie es neu von seinem Hersteller.</translation>
    </message>
    <message>
        <source>No choice of bits keeps {what} within {limit}: the least is {least}.</source>
        <translation>Keine Wahl der Bits hält {what} innerhalb von {limit}: das Mindeste ist {least}.</translation>
    </message>
    <message>
        <source>Raise the limit, allow fewer bits, or unlock layers.</source>
        <translation>Die Grenze anheben, weniger Bits erlauben oder Schichten entsperren.</translation>
    </message>
</context>
<context>
    <name>lathe::AlgorithmList</name>
    <message>
        <source>Post-training algorithms</source>
        <translation>Algorithmen nach dem Training</translation>
    </message>
    <message numerus="yes">
        <source>Run %n algorithms</source>
        <translation>
            <numerusform>%n Algorithmus ausführen</numerusform>
            <numerusform>%n Algorithmen ausführen</numerusform>
        </translation>
    </message>
    <message>
        <source>Run the checked algorithms</source>
        <translation>Gewählte Algorithmen ausführen</translation>
    </message>
    <message>
        <source>Calibrate first: the algorithms learn from the calibration samples.</source>
        <translation>Zuerst kalibrieren: Die Algorithmen lernen aus den Kalibrierbeispielen.</translation>
    </message>
    <message>
        <source>Every fifth calibration sample is withheld; what makes the outputs worse there is undone. A change of the plan needs another run.</source>
        <translation>Jedes fünfte Kalibrierbeispiel wird zurückgehalten; was die Ausgaben dort verschlechtert, wird zurückgenommen. Nach einer Änderung des Plans ist ein neuer Lauf nötig.</translation>
    </message>
    <message>
        <source>%1: %2 → %3 dB</source>
        <translation>%1: %2 → %3 dB</translation>
    </message>
    <message>
        <source>%1, undone</source>
        <translation>%1, zurückgenommen</translation>
    </message>
</context>
<context>
    <name>lathe::AssignPage</name>
    <message>
        <source>Go to the data</source>
        <translation>Zu den Daten</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>keine Grenze</translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>Own profile…</source>
        <translation>Eigenes Profil …</translation>
    </message>
    <message>
        <source>A profile file (.json) of a device of your own.</source>
        <translation>Eine Profildatei (.json) eines eigenen Geräts.</translation>
    </message>
    <message>
        <source>Size at most</source>
        <translation>Größe höchstens</translation>
    </message>
    <message>
        <source> kB</source>
        <translation> kB</translation>
    </message>
    <message>
        <source>Of the packed model.</source>
        <translation>Des gepackten Modells.</translation>
    </message>
    <message>
        <source>Latency at most</source>
        <translation>Latenz höchstens</translation>
    </message>
    <message>
        <source> ms</source>
        <translation> ms</translation>
    </message>
    <message>
        <source>Of one sample, by the target&apos;s cost model.</source>
        <translation>Einer Probe, nach dem Kostenmodell des Ziels.</translation>
    </message>
    <message>
        <source>Energy at most</source>
        <translation>Energie höchstens</translation>
    </message>
    <message>
        <source> mJ</source>
        <translation> mJ</translation>
    </message>
    <message>
        <source>Loss at most</source>
        <translation>Verlust höchstens</translation>
    </message>
    <message>
        <source>Of the data set&apos;s metric on the calibration split, in its own unit: 0.005 is half a point of accuracy. What is made least within it is chosen below.</source>
        <translation>Der Metrik der Daten auf dem Kalibrierungsteil, in ihrer Einheit: 0,005 ist ein halber Prozentpunkt Genauigkeit. Was dabei möglichst klein wird, steht darunter.</translation>
    </message>
    <message>
        <source>Make least</source>
        <translation>Möglichst klein</translation>
    </message>
    <message>
        <source>size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>latency</source>
        <translation>Latenz</translation>
    </message>
    <message>
        <source>energy</source>
        <translation>Energie</translation>
    </message>
    <message>
        <source>Choose bits</source>
        <translation>Bits wählen</translation>
    </message>
    <message>
        <source>Measures every layer alone at every bit-width, chooses, measures the choice, and repairs it. Locked layers stay.</source>
        <translation>Misst jede Schicht einzeln bei jeder Bitbreite, wählt, misst die Wahl und bessert sie nach. Gesperrte Schichten bleiben.</translation>
    </message>
    <message>
        <source>Copy as command line</source>
        <translation>Als Befehlszeile kopieren</translation>
    </message>
    <message>
        <source>Plans by size and output SQNR</source>
        <translation>Pläne nach Größe und SQNR der Ausgabe</translation>
    </message>
    <message>
        <source>Plans</source>
        <translation>Pläne</translation>
    </message>
    <message>
        <source>Set a limit and press &quot;Choose bits&quot;.</source>
        <translation>Eine Grenze setzen und „Bits wählen“ drücken.</translation>
    </message>
    <message>
        <source>Open as the plan</source>
        <translation>Als Plan öffnen</translation>
    </message>
    <message>
        <source>One step to undo.</source>
        <translation>Ein Schritt zum Rückgängigmachen.</translation>
    </message>
    <message>
        <source>What the target cannot run</source>
        <translation>Was das Ziel nicht ausführen kann</translation>
    </message>
    <message>
        <source>Take the nearest choices</source>
        <translation>Nächste Wahl übernehmen</translation>
    </message>
    <message>
        <source>Puts the nearest legal choice in place of every illegal one; locked layers stay.</source>
        <translation>Setzt die nächste zulässige Wahl an die Stelle jeder unzulässigen; gesperrte Schichten bleiben.</translation>
    </message>
    <message>
        <source>Target profile</source>
        <translation>Zielprofil</translation>
    </message>
    <message>
        <source>Target profiles (*.json)</source>
        <translation>Zielprofile (*.json)</translation>
    </message>
    <message>
        <source>Not calibrated yet</source>
        <translation>Noch nicht kalibriert</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>Noch kein Modell</translation>
    </message>
    <message>
        <source>Open a model and calibrate it; this page then chooses bits for every layer within the limits of a device.</source>
        <translation>Ein Modell öffnen und kalibrieren; dann wählt diese Seite Bits für jede Schicht innerhalb der Grenzen eines Geräts.</translation>
    </message>
    <message>
        <source>Size, kB</source>
        <translation>Größe, kB</translation>
    </message>
    <message>
        <source>Output SQNR, dB</source>
        <translation>SQNR der Ausgabe, dB</translation>
    </message>
    <message>
        <source>%1
%2, output SQNR %3 dB</source>
        <translation>%1
%2, SQNR der Ausgabe %3 dB</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>The target runs every choice of the plan</source>
        <translation>Das Ziel führt jede Wahl des Plans aus</translation>
    </message>
    <message>
        <source>Go to the model</source>
        <translation>Zum Modell</translation>
    </message>
    <message>
        <source>These plans were found for %1; opening one goes back to that target.</source>
        <translation>Diese Pläne wurden für %1 gefunden; einen zu öffnen führt zu diesem Ziel zurück.</translation>
    </message>
    <message>
        <source>Grey where the target runs it in no layer.</source>
        <translation>Grau, wo das Ziel es in keiner Schicht ausführt.</translation>
    </message>
    <message>
        <source>4 bits in groups of 32</source>
        <translation>4 Bits in Gruppen von 32</translation>
    </message>
    <message>
        <source>A scale for every 32 weights along the inputs.</source>
        <translation>Eine Skala für je 32 Gewichte entlang der Eingänge.</translation>
    </message>
    <message>
        <source>NF4 tables</source>
        <translation>NF4-Tabellen</translation>
    </message>
    <message>
        <source>16 values that fit normally distributed weights, a scale for every 64.</source>
        <translation>16 Werte, die zu normalverteilten Gewichten passen, eine Skala für je 64.</translation>
    </message>
    <message>
        <source>Learned tables of 16</source>
        <translation>Gelernte Tabellen mit 16 Werten</translation>
    </message>
    <message>
        <source>16 values a channel, placed by k-means.</source>
        <translation>16 Werte je Kanal, durch k-Means gesetzt.</translation>
    </message>
    <message>
        <source>8-bit floats</source>
        <translation>8-Bit-Gleitkomma</translation>
    </message>
    <message>
        <source>E4M3, for weights and activations.</source>
        <translation>E4M3, für Gewichte und Aktivierungen.</translation>
    </message>
    <message>
        <source>Bits at most</source>
        <translation>Bits höchstens</translation>
    </message>
    <message>
        <source> bits</source>
        <translation> Bits</translation>
    </message>
    <message>
        <source>Of a weight on average, without scales: 4.5 lets half of the weights have 5 bits.</source>
        <translation>Eines Gewichts im Mittel, ohne Skalen: Bei 4,5 kann die Hälfte der Gewichte 5 Bits haben.</translation>
    </message>
    <message>
        <source>Also</source>
        <translation>Auch</translation>
    </message>
    <message>
        <source>Time at most</source>
        <translation>Zeit höchstens</translation>
    </message>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source>The search ends with the best plan so far. What it measured is kept: the next one goes on from there.</source>
        <translation>Die Suche endet mit dem bisher besten Plan. Was sie gemessen hat, bleibt: Die nächste macht dort weiter.</translation>
    </message>
    <message numerus="yes">
        <source>Stopped after %n plans; the same search goes on from there.</source>
        <translation>
            <numerusform>Nach %n Plan angehalten; dieselbe Suche macht dort weiter.</numerusform>
            <numerusform>Nach %n Plänen angehalten; dieselbe Suche macht dort weiter.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::BitWidthDelegate</name>
    <message>
        <source>Number format</source>
        <translation>Zahlenformat</translation>
    </message>
</context>
<context>
    <name>lathe::BottomStrip</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop (Escape). What was measured so far stays on screen where it is valid.</source>
        <translation>Anhalten (Escape). Was bis dahin gemessen wurde, bleibt stehen, soweit es gilt.</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>Als Befehl kopieren</translation>
    </message>
    <message>
        <source>What was changed; click for the whole list.</source>
        <translation>Was geändert wurde; ein Klick zeigt die ganze Liste.</translation>
    </message>
    <message>
        <source>The command line that does this job:
%1</source>
        <translation>Die Befehlszeile für diese Aufgabe:
%1</translation>
    </message>
    <message>
        <source>The command line that does the last job again:
%1</source>
        <translation>Die Befehlszeile, die die letzte Aufgabe wiederholt:
%1</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Open a model to begin</source>
        <translation>Zum Anfangen ein Modell öffnen</translation>
    </message>
    <message>
        <source>Stopping: %1</source>
        <translation>Wird angehalten: %1</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message numerus="yes">
        <source>%n changes</source>
        <translation>
            <numerusform>%n Änderung</numerusform>
            <numerusform>%n Änderungen</numerusform>
        </translation>
    </message>
    <message>
        <source>All changes undone</source>
        <translation>Alle Änderungen rückgängig gemacht</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Wird gespeichert …</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>Kept in a private place until you save the project (Ctrl+S):
%1</source>
        <translation>Liegt an einem privaten Ort, bis Sie das Projekt speichern (Strg+S):
%1</translation>
    </message>
    <message>
        <source>As opened</source>
        <translation>Wie geöffnet</translation>
    </message>
</context>
<context>
    <name>lathe::BudgetBar</name>
    <message>
        <source>Budget: size and loss of the current plan</source>
        <translation>Budget: Größe und Verlust des jetzigen Plans</translation>
    </message>
    <message>
        <source>Size: what the target stores, codes packed at their own bit-width.
Loss: float minus quantized on %1, with its 95 % interval; positive is worse.</source>
        <translation>Größe: was das Ziel speichert, Codes in ihrer eigenen Bitbreite gepackt.
Verlust: Gleitkomma minus quantisiert auf %1, mit 95-%-Intervall; positiv ist schlechter.</translation>
    </message>
    <message>
        <source>Calibrate the model to see what the plan costs.</source>
        <translation>Kalibrieren Sie das Modell, um zu sehen, was der Plan kostet.</translation>
    </message>
    <message>
        <source>size –</source>
        <translation>Größe –</translation>
    </message>
    <message>
        <source>size %1 → %2</source>
        <translation>Größe %1 → %2</translation>
    </message>
    <message>
        <source>loss –</source>
        <translation>Verlust –</translation>
    </message>
    <message>
        <source>%1 loss %2 points [%3, %4]</source>
        <translation>%1: Verlust %2 Punkte [%3, %4]</translation>
    </message>
    <message>
        <source>%1 loss %2 [%3, %4]</source>
        <translation>%1: Verlust %2 [%3, %4]</translation>
    </message>
    <message>
        <source>output SQNR %1 dB</source>
        <translation>Ausgabe-SQNR %1 dB</translation>
    </message>
</context>
<context>
    <name>lathe::DataPage</name>
    <message>
        <source>Go to the model</source>
        <translation>Zum Modell</translation>
    </message>
    <message>
        <source>No data yet</source>
        <translation>Noch keine Daten</translation>
    </message>
    <message>
        <source>Drop a dataset file (.json) or a folder of images here, or press Ctrl+O. A few hundred samples that look like those of real use are enough to calibrate.</source>
        <translation>Ziehen Sie eine Datensatzdatei (.json) oder einen Ordner mit Bildern hierher, oder drücken Sie Strg+O. Einige hundert Proben, die denen im Einsatz gleichen, reichen zum Kalibrieren.</translation>
    </message>
    <message>
        <source>Open data set…</source>
        <translation>Datensatz öffnen …</translation>
    </message>
    <message>
        <source>Data set</source>
        <translation>Datensatz</translation>
    </message>
    <message>
        <source>Each sample</source>
        <translation>Jede Probe</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>Kalibrierung</translation>
    </message>
    <message>
        <source>Range method</source>
        <translation>Bereichsverfahren</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>Aufteilung</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>Proben</translation>
    </message>
    <message>
        <source>Statistics by layer</source>
        <translation>Statistik nach Schicht</translation>
    </message>
    <message>
        <source>Calibrate to see the range and distribution of every tensor.</source>
        <translation>Kalibrieren Sie, um Bereich und Verteilung jedes Tensors zu sehen.</translation>
    </message>
    <message>
        <source>Calibrate, then choose a tensor to see its distribution.</source>
        <translation>Kalibrieren Sie und wählen Sie dann einen Tensor, um seine Verteilung zu sehen.</translation>
    </message>
    <message>
        <source>Ranges</source>
        <translation>Bereiche</translation>
    </message>
    <message>
        <source>Data needs a model first</source>
        <translation>Daten brauchen zuerst ein Modell</translation>
    </message>
    <message>
        <source>Data is prepared for the inputs of a model. Open the model, then its data.</source>
        <translation>Daten werden für die Eingänge eines Modells aufbereitet. Öffnen Sie das Modell, dann seine Daten.</translation>
    </message>
    <message>
        <source>This model cannot run</source>
        <translation>Dieses Modell kann nicht laufen</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>How the samples are stored.</source>
        <translation>Wie die Proben gespeichert sind.</translation>
    </message>
    <message numerus="yes">
        <source>%n samples</source>
        <translation>
            <numerusform>%n Probe</numerusform>
            <numerusform>%n Proben</numerusform>
        </translation>
    </message>
    <message>
        <source>Samples that ranges are collected on.</source>
        <translation>Proben, auf denen die Bereiche gesammelt werden.</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>Validierung</translation>
    </message>
    <message>
        <source>Samples that figures of quality come from; never used for calibration.</source>
        <translation>Proben, von denen die Gütezahlen kommen; nie zum Kalibrieren benutzt.</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Labels</translation>
    </message>
    <message>
        <source>the input itself</source>
        <translation>die Eingabe selbst</translation>
    </message>
    <message>
        <source>masks</source>
        <translation>Masken</translation>
    </message>
    <message>
        <source>boxes</source>
        <translation>Rahmen</translation>
    </message>
    <message>
        <source>classes</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <source>none: agreement with the float model is measured</source>
        <translation>keine: gemessen wird die Übereinstimmung mit dem Gleitkommamodell</translation>
    </message>
    <message>
        <source>Metric</source>
        <translation>Maß</translation>
    </message>
    <message>
        <source>The figure that the budget bar shows once the plan is validated.</source>
        <translation>Die Zahl, die die Budgetleiste zeigt, sobald der Plan validiert ist.</translation>
    </message>
    <message>
        <source>The preprocessing is a guess from the model&apos;s input. Check it: wrong preprocessing costs more accuracy than any quantization. A dataset file says it exactly.</source>
        <translation>Die Vorverarbeitung ist aus dem Eingang des Modells geraten. Prüfen Sie sie: falsche Vorverarbeitung kostet mehr Genauigkeit als jede Quantisierung. Eine Datensatzdatei sagt es genau.</translation>
    </message>
    <message>
        <source>Calibration (%1)</source>
        <translation>Kalibrierung (%1)</translation>
    </message>
    <message>
        <source>Validation (%1)</source>
        <translation>Validierung (%1)</translation>
    </message>
    <message numerus="yes">
        <source>Calibrate on %n images</source>
        <translation>
            <numerusform>Auf %n Bild kalibrieren</numerusform>
            <numerusform>Auf %n Bildern kalibrieren</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Calibrate on %n samples</source>
        <translation>
            <numerusform>Auf %n Probe kalibrieren</numerusform>
            <numerusform>Auf %n Proben kalibrieren</numerusform>
        </translation>
    </message>
    <message>
        <source>This model has operators that cannot run yet; see the model page.</source>
        <translation>Dieses Modell hat Operatoren, die noch nicht laufen; siehe die Seite Modell.</translation>
    </message>
    <message>
        <source>Runs the samples through the float model once and collects every tensor&apos;s range and distribution. Range methods then choose from these without running again.</source>
        <translation>Schickt die Proben einmal durch das Gleitkommamodell und sammelt Bereich und Verteilung jedes Tensors. Bereichsverfahren wählen dann daraus, ohne neu zu rechnen.</translation>
    </message>
    <message>
        <source>The statistics shown were collected on other data. Calibrate again.</source>
        <translation>Die gezeigte Statistik stammt von anderen Daten. Kalibrieren Sie neu.</translation>
    </message>
    <message>
        <source>%1 tensors from %2 samples in %3.</source>
        <translation>%1 Tensoren aus %2 Proben in %3.</translation>
    </message>
    <message numerus="yes">
        <source>Ranges of %n samples</source>
        <translation>
            <numerusform>Bereiche von %n Probe</numerusform>
            <numerusform>Bereiche von %n Proben</numerusform>
        </translation>
    </message>
    <message>
        <source>Post-training algorithms</source>
        <translation>Algorithmen nach dem Training</translation>
    </message>
</context>
<context>
    <name>lathe::ExportPage</name>
    <message>
        <source>8-bit containers (opset 13)</source>
        <translation>8-Bit-Container (Opset 13)</translation>
    </message>
    <message>
        <source>Codes below 8 bits lie in int8 and uint8 tensors on their own grid; ONNX Runtime loads and fuses it.</source>
        <translation>Codes unter 8 Bits liegen in int8- und uint8-Tensoren auf ihrem eigenen Raster; ONNX Runtime lädt und verschmilzt sie.</translation>
    </message>
    <message>
        <source>Packed 4- and 16-bit types (opset 21)</source>
        <translation>Gepackte 4- und 16-Bit-Typen (Opset 21)</translation>
    </message>
    <message>
        <source>Real int4, uint4, int16 and uint16 tensors; the runtime must know opset 21.</source>
        <translation>Echte int4-, uint4-, int16- und uint16-Tensoren; die Laufzeit muss Opset 21 kennen.</translation>
    </message>
    <message>
        <source>Inputs and outputs stay float</source>
        <translation>Ein- und Ausgänge bleiben Gleitkomma</translation>
    </message>
    <message>
        <source>Otherwise the program that runs the model hands over and gets codes.</source>
        <translation>Sonst gibt und bekommt das Programm, das das Modell rechnet, Codes.</translation>
    </message>
    <message>
        <source>Export ONNX model…</source>
        <translation>ONNX-Modell exportieren …</translation>
    </message>
    <message>
        <source>Model file</source>
        <translation>Modelldatei</translation>
    </message>
    <message>
        <source>Private key</source>
        <translation>Privater Schlüssel</translation>
    </message>
    <message>
        <source>Keys (*.pem);;All files (*)</source>
        <translation>Schlüssel (*.pem);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>of the key; at least 8 characters for a new one</source>
        <translation>des Schlüssels; mindestens 8 Zeichen für einen neuen</translation>
    </message>
    <message>
        <source>New key…</source>
        <translation>Neuer Schlüssel …</translation>
    </message>
    <message>
        <source>Makes an ES256 key, encrypted with the passphrase, and its public key beside it.</source>
        <translation>Erzeugt einen ES256-Schlüssel, mit der Passphrase verschlüsselt, und daneben den öffentlichen.</translation>
    </message>
    <message>
        <source>Create signed bundle…</source>
        <translation>Signiertes Bündel erstellen …</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>Produkt</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Signed bundle</source>
        <translation>Signiertes Bündel</translation>
    </message>
    <message>
        <source>One file with the model, its grids, what it was validated on, and a signature over every byte.</source>
        <translation>Eine Datei mit dem Modell, seinen Rastern, worauf es validiert wurde, und einer Signatur über jedes Byte.</translation>
    </message>
    <message>
        <source>Public key</source>
        <translation>Öffentlicher Schlüssel</translation>
    </message>
    <message>
        <source>Bundle</source>
        <translation>Bündel</translation>
    </message>
    <message>
        <source>Bundles (*.lathebundle);;All files (*)</source>
        <translation>Bündel (*.lathebundle);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Check a bundle</source>
        <translation>Bündel prüfen</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>Noch kein Modell</translation>
    </message>
    <message>
        <source>Open a model, calibrate and validate it; here it leaves as an ONNX file or a signed bundle.</source>
        <translation>Öffnen Sie ein Modell, kalibrieren und validieren Sie es; hier verlässt es das Fenster als ONNX-Datei oder signiertes Bündel.</translation>
    </message>
    <message>
        <source>Go to the model</source>
        <translation>Zum Modell</translation>
    </message>
    <message>
        <source>This model cannot run</source>
        <translation>Dieses Modell kann nicht laufen</translation>
    </message>
    <message>
        <source>Not calibrated yet</source>
        <translation>Noch nicht kalibriert</translation>
    </message>
    <message>
        <source>A quantized model needs ranges, and ranges come from data. Calibrate first.</source>
        <translation>Ein quantisiertes Modell braucht Bereiche, und Bereiche kommen aus Daten. Kalibrieren Sie zuerst.</translation>
    </message>
    <message>
        <source>Go to the data</source>
        <translation>Zu den Daten</translation>
    </message>
    <message>
        <source>Needs the data set: a bundle says what it was validated on.</source>
        <translation>Braucht den Datensatz: ein Bündel sagt, worauf es validiert wurde.</translation>
    </message>
    <message>
        <source>The present plan has not been validated: that is done first, and takes as long.</source>
        <translation>Der jetzige Plan ist nicht validiert: das geschieht zuerst und dauert so lange.</translation>
    </message>
    <message>
        <source>The bundle carries the validation run of the present plan.</source>
        <translation>Das Bündel trägt den Validierungslauf des jetzigen Plans.</translation>
    </message>
    <message>
        <source>Checking what this plan needs…</source>
        <translation>Prüft, was dieser Plan braucht …</translation>
    </message>
    <message>
        <source>Everything in this plan can be written.</source>
        <translation>Alles in diesem Plan lässt sich schreiben.</translation>
    </message>
    <message numerus="yes">
        <source>%n layers cannot be written so; double-click one to change it.</source>
        <translation>
            <numerusform>%n Schicht lässt sich so nicht schreiben; ein Doppelklick führt zu ihr.</numerusform>
            <numerusform>%n Schichten lassen sich so nicht schreiben; ein Doppelklick führt zu einer.</numerusform>
        </translation>
    </message>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>Whose placement rules the graph follows.</source>
        <translation>Wessen Platzierungsregeln der Graph folgt.</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>How many layers have weights in which format.</source>
        <translation>Wie viele Schichten Gewichte in welchem Format haben.</translation>
    </message>
    <message>
        <source>Activations</source>
        <translation>Aktivierungen</translation>
    </message>
    <message>
        <source>How many layers ask for activations in which format.</source>
        <translation>Wie viele Schichten Aktivierungen in welchem Format wollen.</translation>
    </message>
    <message>
        <source>Float size</source>
        <translation>Größe in Gleitkomma</translation>
    </message>
    <message>
        <source>All parameters in 32-bit floats.</source>
        <translation>Alle Parameter als 32-Bit-Gleitkommazahlen.</translation>
    </message>
    <message>
        <source>Packed size</source>
        <translation>Gepackte Größe</translation>
    </message>
    <message>
        <source>What the target stores: codes at their own bit-width, scales, zero-points, biases.</source>
        <translation>Was das Ziel speichert: Codes in ihrer Bitbreite, Skalen, Nullpunkte, Bias-Werte.</translation>
    </message>
    <message>
        <source>Validated</source>
        <translation>Validiert</translation>
    </message>
    <message>
        <source>The newest run of exactly this plan on exactly this data.</source>
        <translation>Der neueste Lauf genau dieses Plans auf genau diesen Daten.</translation>
    </message>
    <message>
        <source>not yet with this plan</source>
        <translation>noch nicht mit diesem Plan</translation>
    </message>
    <message numerus="yes">
        <source>%1 %2, float %3, %n samples</source>
        <translation>
            <numerusform>%1 %2, Gleitkomma %3, %n Probe</numerusform>
            <numerusform>%1 %2, Gleitkomma %3, %n Proben</numerusform>
        </translation>
    </message>
    <message>
        <source>Export ONNX model</source>
        <translation>ONNX-Modell exportieren</translation>
    </message>
    <message>
        <source>ONNX models (*.onnx)</source>
        <translation>ONNX-Modelle (*.onnx)</translation>
    </message>
    <message>
        <source>New signing key</source>
        <translation>Neuer Signierschlüssel</translation>
    </message>
    <message>
        <source>Keys (*.pem)</source>
        <translation>Schlüssel (*.pem)</translation>
    </message>
    <message>
        <source>Create signed bundle</source>
        <translation>Signiertes Bündel erstellen</translation>
    </message>
    <message>
        <source>Bundles (*.lathebundle)</source>
        <translation>Bündel (*.lathebundle)</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Model exported</source>
        <translation>Modell exportiert</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Bundle made and signed</source>
        <translation>Bündel erstellt und signiert</translation>
    </message>
    <message>
        <source>%1 (%2), identity %3…</source>
        <translation>%1 (%2), Identität %3 …</translation>
    </message>
    <message>
        <source>Key made</source>
        <translation>Schlüssel erzeugt</translation>
    </message>
    <message>
        <source>%1 is secret; give %2 to whoever checks bundles.</source>
        <translation>%1 ist geheim; geben Sie %2 denen, die Bündel prüfen.</translation>
    </message>
    <message>
        <source>Signature</source>
        <translation>Signatur</translation>
    </message>
    <message>
        <source>valid</source>
        <translation>gültig</translation>
    </message>
    <message>
        <source>Every byte is covered by a signature of this key.</source>
        <translation>Jedes Byte ist durch eine Signatur dieses Schlüssels gedeckt.</translation>
    </message>
    <message>
        <source>Signed by</source>
        <translation>Signiert von</translation>
    </message>
    <message>
        <source>Id of the key.</source>
        <translation>Kennung des Schlüssels.</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>Erstellt</translation>
    </message>
    <message>
        <source>UTC.</source>
        <translation>UTC.</translation>
    </message>
    <message>
        <source>Identity</source>
        <translation>Identität</translation>
    </message>
    <message>
        <source>SHA-256 of the manifest.</source>
        <translation>SHA-256 des Manifests.</translation>
    </message>
</context>
<context>
    <name>lathe::FileField</name>
    <message>
        <source>Choose or drop a file</source>
        <translation>Datei wählen oder hierher ziehen</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Datei wählen</translation>
    </message>
</context>
<context>
    <name>lathe::FindingList</name>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Where.</source>
        <translation>Wo.</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>Befund</translation>
    </message>
    <message>
        <source>What kind of trouble it is.</source>
        <translation>Um welche Art von Schwierigkeit es geht.</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>Beleg</translation>
    </message>
    <message>
        <source>The figures that tell of it, from calibration and grids.</source>
        <translation>Die Zahlen, die davon zeugen, aus Kalibrierung und Rastern.</translation>
    </message>
    <message>
        <source>Try it</source>
        <translation>Ausprobieren</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>Befunde</translation>
    </message>
    <message>
        <source>Nothing that calibration and grids could tell speaks against this plan.</source>
        <translation>Nichts, was Kalibrierung und Raster zeigen könnten, spricht gegen diesen Plan.</translation>
    </message>
    <message>
        <source>Changes the plan, or runs the algorithm, as one step to undo.</source>
        <translation>Ändert den Plan oder führt den Algorithmus aus, als ein Schritt, der sich zurücknehmen lässt.</translation>
    </message>
    <message>
        <source>Nothing in a plan helps here.</source>
        <translation>Kein Plan hilft hier.</translation>
    </message>
</context>
<context>
    <name>lathe::FrontChart</name>
    <message>
        <source>measured</source>
        <translation>gemessen</translation>
    </message>
    <message>
        <source>best at their cost</source>
        <translation>beste bei ihren Kosten</translation>
    </message>
    <message>
        <source>the same bits everywhere</source>
        <translation>überall gleich viele Bits</translation>
    </message>
</context>
<context>
    <name>lathe::GatePanel</name>
    <message>
        <source>&quot;%1&quot; is exact.</source>
        <translation>„%1“ ist exakt.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; drifts: %2 dB.</source>
        <translation>„%1“ weicht ab: %2 dB.</translation>
    </message>
    <message>
        <source>Raise them and validate</source>
        <translation>Anheben und validieren</translation>
    </message>
    <message>
        <source>Largest loss</source>
        <translation>Größter Verlust</translation>
    </message>
    <message>
        <source>The gate fails where the metric of the data set drops by more: in percentage points for shares such as accuracy, in percent of the float model&apos;s figure for others.</source>
        <translation>Die Prüfung schlägt fehl, wo die Metrik des Datensatzes um mehr sinkt: in Prozentpunkten bei Anteilen wie der Genauigkeit, in Prozent des Werts des Float-Modells bei anderen.</translation>
    </message>
    <message>
        <source> %</source>
        <translation> %</translation>
    </message>
    <message>
        <source>Changes the plan as one step to undo, and measures it.</source>
        <translation>Ändert den Plan als einen Schritt, der sich zurücknehmen lässt, und misst ihn.</translation>
    </message>
    <message>
        <source>Gate</source>
        <translation>Freigabe</translation>
    </message>
    <message>
        <source>%1 loses %2 (%3 to %4)</source>
        <translation>%1 verliert %2 (%3 bis %4)</translation>
    </message>
    <message>
        <source>Passed: %1.</source>
        <translation>Bestanden: %1.</translation>
    </message>
    <message>
        <source>Failed: %1.</source>
        <translation>Nicht bestanden: %1.</translation>
    </message>
    <message>
        <source>The interval reaches to both sides of the limit: more samples would settle it.</source>
        <translation>Das Intervall reicht auf beide Seiten der Grenze: Mehr Beispiele würden es entscheiden.</translation>
    </message>
    <message>
        <source>weights %1</source>
        <translation>Gewichte %1</translation>
    </message>
    <message>
        <source>activations %1</source>
        <translation>Aktivierungen %1</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Most error comes in at: %1.</source>
        <translation>Der meiste Fehler entsteht in: %1.</translation>
    </message>
    <message>
        <source>More bits for the gate</source>
        <translation>Mehr Bits für die Freigabe</translation>
    </message>
    <message>
        <source> points</source>
        <translation> Punkte</translation>
    </message>
    <message>
        <source>%1 gains %2 (%3 to %4)</source>
        <translation>%1 gewinnt %2 (%3 bis %4)</translation>
    </message>
</context>
<context>
    <name>lathe::HeatmapView</name>
    <message>
        <source>Point at a cell to read its number.</source>
        <translation>Zeigen Sie auf eine Zelle, um ihren Wert zu lesen.</translation>
    </message>
    <message>
        <source>%1 by layer and %2</source>
        <translation>%1 nach Schicht und %2</translation>
    </message>
    <message>
        <source>%1; hatched: not measured</source>
        <translation>%1; schraffiert: nicht gemessen</translation>
    </message>
    <message>
        <source>Error heatmap</source>
        <translation>Fehlerkarte</translation>
    </message>
    <message>
        <source>%1: not measured</source>
        <translation>%1: nicht gemessen</translation>
    </message>
    <message>
        <source>%1 %2 of %3</source>
        <translation>%1 %2 von %3</translation>
    </message>
    <message>
        <source>%1, %2: not measured</source>
        <translation>%1, %2: nicht gemessen</translation>
    </message>
    <message>
        <source>%1, %2: %3 %4</source>
        <translation>%1, %2: %3 %4</translation>
    </message>
</context>
<context>
    <name>lathe::HistogramPlot</name>
    <message>
        <source>0.1 % and 99.9 % of the values</source>
        <translation>0,1 % und 99,9 % der Werte</translation>
    </message>
    <message>
        <source>real value</source>
        <translation>reeller Wert</translation>
    </message>
    <message>
        <source>values per bin</source>
        <translation>Werte je Klasse</translation>
    </message>
    <message>
        <source>float32</source>
        <translation>float32</translation>
    </message>
    <message>
        <source>clipped: %1 below, %2 above</source>
        <translation>beschnitten: %1 unten, %2 oben</translation>
    </message>
    <message>
        <source>%1 codes</source>
        <translation>%1-Codes</translation>
    </message>
    <message>
        <source>%1, one grid a channel</source>
        <translation>%1, ein Raster je Kanal</translation>
    </message>
    <message>
        <source>min %1</source>
        <translation>min %1</translation>
    </message>
    <message>
        <source>max %1</source>
        <translation>max %1</translation>
    </message>
    <message>
        <source>code (%1)</source>
        <translation>Code (%1)</translation>
    </message>
    <message>
        <source>%1 levels</source>
        <translation>%1-Stufen</translation>
    </message>
</context>
<context>
    <name>lathe::HistogramView</name>
    <message>
        <source>Histogram</source>
        <translation>Histogramm</translation>
    </message>
    <message>
        <source>log</source>
        <translation>log</translation>
    </message>
    <message>
        <source>Counts on a logarithmic axis, so that rare values can be seen (L)</source>
        <translation>Anzahlen auf logarithmischer Achse, damit seltene Werte zu sehen sind (L)</translation>
    </message>
    <message>
        <source>%1: %2 values from %3 to %4</source>
        <translation>%1: %2 Werte von %3 bis %4</translation>
    </message>
    <message>
        <source>Set by the sample %1. Click to see it.</source>
        <translation>Gesetzt von der Probe %1. Ein Klick zeigt sie.</translation>
    </message>
    <message>
        <source>An end of the range that the codes cover. Drag it, or press Alt with an arrow key (and Shift for the low end).</source>
        <translation>Ein Ende des Bereichs, den die Codes abdecken. Ziehen Sie daran, oder drücken Sie Alt mit einer Pfeiltaste (dazu Umschalt für das untere Ende).</translation>
    </message>
    <message>
        <source>value %1</source>
        <translation>Wert %1</translation>
    </message>
    <message>
        <source>bin %1 to %2: count %3</source>
        <translation>Klasse %1 bis %2: Anzahl %3</translation>
    </message>
    <message>
        <source>quantized count %1</source>
        <translation>Anzahl quantisiert %1</translation>
    </message>
    <message>
        <source>%1 = (code %2 − zero-point %3) × scale %4</source>
        <translation>%1 = (Code %2 − Nullpunkt %3) × Skala %4</translation>
    </message>
    <message>
        <source>count on this code %1</source>
        <translation>Anzahl auf diesem Code %1</translation>
    </message>
    <message>
        <source>error %1, clipped</source>
        <translation>Fehler %1, beschnitten</translation>
    </message>
    <message>
        <source>error %1</source>
        <translation>Fehler %1</translation>
    </message>
    <message>
        <source>nearest level %1: count %2</source>
        <translation>nächste Stufe %1: Anzahl %2</translation>
    </message>
</context>
<context>
    <name>lathe::Inspector</name>
    <message>
        <source>Activations</source>
        <translation>Aktivierungen</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>Proben</translation>
    </message>
    <message>
        <source>Range by the method</source>
        <translation>Bereich nach Verfahren</translation>
    </message>
    <message>
        <source>Lets the range method decide again; the range was set by hand.</source>
        <translation>Lässt wieder das Verfahren entscheiden; der Bereich wurde von Hand gesetzt.</translation>
    </message>
    <message>
        <source>Who set the ends</source>
        <translation>Wer die Enden gesetzt hat</translation>
    </message>
    <message>
        <source>Widest ranges</source>
        <translation>Breiteste Bereiche</translation>
    </message>
    <message>
        <source>No layer selected</source>
        <translation>Keine Schicht gewählt</translation>
    </message>
    <message numerus="yes">
        <source>%1 and %n more</source>
        <translation>
            <numerusform>%1 und %n weitere</numerusform>
            <numerusform>%1 und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>Select a layer to see its numbers.</source>
        <translation>Wählen Sie eine Schicht, um ihre Zahlen zu sehen.</translation>
    </message>
    <message>
        <source>Calibrate to see this tensor&apos;s distribution.</source>
        <translation>Kalibrieren Sie, um die Verteilung dieses Tensors zu sehen.</translation>
    </message>
    <message>
        <source>This layer has no weights.</source>
        <translation>Diese Schicht hat keine Gewichte.</translation>
    </message>
    <message>
        <source>min %1</source>
        <translation>min %1</translation>
    </message>
    <message>
        <source>max %1</source>
        <translation>max %1</translation>
    </message>
    <message>
        <source>The samples in which the smallest and the largest value were seen. One odd sample can cost every other one its resolution.</source>
        <translation>Die Proben, in denen der kleinste und der größte Wert gesehen wurden. Eine einzige ungewöhnliche Probe kann alle anderen ihre Auflösung kosten.</translation>
    </message>
</context>
<context>
    <name>lathe::LayerTable</name>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Filter: name, op:conv, bits&lt;8, sqnr&lt;20, locked</source>
        <translation>Filter: Name, op:conv, bits&lt;8, sqnr&lt;20, locked</translation>
    </message>
    <message>
        <source>Words that must all hold. A word is a part of the name; op:conv looks at the operator; numbers compare with &lt; &lt;= &gt; &gt;= = !=. Known: %1. A ! before a word turns it around.</source>
        <translation>Wörter, die alle zutreffen müssen. Ein Wort ist ein Teil des Namens; op:conv sieht auf den Operator; Zahlen vergleichen mit &lt; &lt;= &gt; &gt;= = !=. Bekannt: %1. Ein ! vor einem Wort kehrt es um.</translation>
    </message>
    <message numerus="yes">
        <source>%n layers</source>
        <translation>
            <numerusform>%n Schicht</numerusform>
            <numerusform>%n Schichten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n layers</source>
        <translation>
            <numerusform>%1 von %n Schicht</numerusform>
            <numerusform>%1 von %n Schichten</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::Menus</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Open the s&amp;ample</source>
        <translation>&amp;Beispiel öffnen</translation>
    </message>
    <message>
        <source>&amp;Save project as…</source>
        <translation>Projekt &amp;speichern unter …</translation>
    </message>
    <message>
        <source>Save &amp;plan as…</source>
        <translation>&amp;Plan speichern unter …</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>&amp;Plan</source>
        <translation>&amp;Plan</translation>
    </message>
    <message>
        <source>Selected layers: %1 bits	%1</source>
        <translation>Gewählte Schichten: %1 Bits	%1</translation>
    </message>
    <message>
        <source>Selected layers: float	F</source>
        <translation>Gewählte Schichten: Gleitkomma	F</translation>
    </message>
    <message>
        <source>Lock or unlock selected layers	Space</source>
        <translation>Gewählte Schichten sperren oder entsperren	Leertaste</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Ausführen</translation>
    </message>
    <message>
        <source>&amp;Calibrate</source>
        <translation>&amp;Kalibrieren</translation>
    </message>
    <message>
        <source>&amp;Validate</source>
        <translation>&amp;Validieren</translation>
    </message>
    <message>
        <source>Measure &amp;loss per KiB</source>
        <translation>Ver&amp;lust je KiB messen</translation>
    </message>
    <message>
        <source>&amp;Profile</source>
        <translation>&amp;Profil messen</translation>
    </message>
    <message>
        <source>Canc&amp;el</source>
        <translation>A&amp;bbrechen</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>A&amp;nsicht</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;About Tensorlathe</source>
        <translation>Ü&amp;ber Tensorlathe</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>Noch nichts</translation>
    </message>
    <message>
        <source>Clear the list</source>
        <translation>Liste leeren</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Models, projects, dataset files and plans (*.onnx *.lathe *.json);;All files (*)</source>
        <translation>Modelle, Projekte, Datensatzdateien und Pläne (*.onnx *.lathe *.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Save project as</source>
        <translation>Projekt speichern unter</translation>
    </message>
    <message>
        <source>Projects (*.lathe)</source>
        <translation>Projekte (*.lathe)</translation>
    </message>
    <message>
        <source>Save plan as</source>
        <translation>Plan speichern unter</translation>
    </message>
    <message>
        <source>Plans (*.json)</source>
        <translation>Pläne (*.json)</translation>
    </message>
    <message>
        <source>About Tensorlathe</source>
        <translation>Über Tensorlathe</translation>
    </message>
    <message>
        <source>Tensorlathe %1
A workbench that turns a neural network down to the bits it needs.</source>
        <translation>Tensorlathe %1
Eine Werkbank, die ein neuronales Netz auf die Bits bringt, die es braucht.</translation>
    </message>
    <message>
        <source>Scales of &amp;weights</source>
        <translation>Skalen der Ge&amp;wichte</translation>
    </message>
    <message>
        <source>&amp;Grid of weights</source>
        <translation>&amp;Raster der Gewichte</translation>
    </message>
    <message>
        <source>Grid of &amp;activations</source>
        <translation>Raster der &amp;Aktivierungen</translation>
    </message>
</context>
<context>
    <name>lathe::MessageBar</name>
    <message>
        <source>Close (Escape)</source>
        <translation>Schließen (Escape)</translation>
    </message>
    <message>
        <source>Close the message</source>
        <translation>Meldung schließen</translation>
    </message>
</context>
<context>
    <name>lathe::MethodForm</name>
    <message>
        <source>Range method</source>
        <translation>Bereichsverfahren</translation>
    </message>
</context>
<context>
    <name>lathe::ModelPage</name>
    <message>
        <source>No model yet</source>
        <translation>Noch kein Modell</translation>
    </message>
    <message>
        <source>Drop an ONNX model here, or press Ctrl+O. No model at hand? Open the sample.</source>
        <translation>Ziehen Sie ein ONNX-Modell hierher, oder drücken Sie Strg+O. Kein Modell zur Hand? Öffnen Sie das Beispiel.</translation>
    </message>
    <message>
        <source>Drop an ONNX model here, or press Ctrl+O.</source>
        <translation>Ziehen Sie ein ONNX-Modell hierher, oder drücken Sie Strg+O.</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>Modell öffnen …</translation>
    </message>
    <message>
        <source>Open the sample</source>
        <translation>Beispiel öffnen</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>Simplified while opening</source>
        <translation>Beim Öffnen vereinfacht</translation>
    </message>
    <message>
        <source>Most parameters, thousands</source>
        <translation>Meiste Parameter, Tausend</translation>
    </message>
    <message>
        <source>parameters</source>
        <translation>Parameter</translation>
    </message>
    <message numerus="yes">
        <source>%n nodes cannot run yet; the model can be looked at, but not calibrated. Missing: %1.</source>
        <translation>
            <numerusform>%n Knoten läuft noch nicht; das Modell lässt sich ansehen, aber nicht kalibrieren. Es fehlt: %1.</numerusform>
            <numerusform>%n Knoten laufen noch nicht; das Modell lässt sich ansehen, aber nicht kalibrieren. Es fehlen: %1.</numerusform>
        </translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>%1, opset %2</source>
        <translation>%1, Opset %2</translation>
    </message>
    <message>
        <source>, quantized</source>
        <translation>, quantisiert</translation>
    </message>
    <message>
        <source>The file&apos;s format and operator set version.</source>
        <translation>Format der Datei und Version ihres Operatorsatzes.</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingänge</translation>
    </message>
    <message>
        <source>Name, element type and shape; ? is not fixed.</source>
        <translation>Name, Elementtyp und Form; ? steht nicht fest.</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgänge</translation>
    </message>
    <message>
        <source>Nodes</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Operator nodes in the file.</source>
        <translation>Operatorknoten in der Datei.</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>%1, %2 with weights</source>
        <translation>%1, %2 mit Gewichten</translation>
    </message>
    <message>
        <source>What is quantized as one: a node with its batch-norm and clamp, or a computing node without weights.</source>
        <translation>Was als eines quantisiert wird: ein Knoten mit Batch-Norm und Begrenzung, oder ein rechnender Knoten ohne Gewichte.</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>Weights and biases of all layers.</source>
        <translation>Gewichte und Bias-Werte aller Schichten.</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MACs</translation>
    </message>
    <message>
        <source>Multiply-accumulates for one sample.</source>
        <translation>Multiplikationen mit Addition für eine Probe.</translation>
    </message>
    <message>
        <source>Float size</source>
        <translation>Größe in Gleitkomma</translation>
    </message>
    <message>
        <source>All parameters in 32-bit floats.</source>
        <translation>Alle Parameter als 32-Bit-Gleitkommazahlen.</translation>
    </message>
</context>
<context>
    <name>lathe::PageFrame</name>
    <message>
        <source>Open another file…</source>
        <translation>Andere Datei öffnen …</translation>
    </message>
    <message>
        <source>Go to calibration</source>
        <translation>Zur Kalibrierung</translation>
    </message>
    <message>
        <source>Go to the plan</source>
        <translation>Zum Plan</translation>
    </message>
    <message>
        <source>Copy message</source>
        <translation>Meldung kopieren</translation>
    </message>
</context>
<context>
    <name>lathe::PlanDefaults</name>
    <message>
        <source>Weights of layers without a format of their own</source>
        <translation>Gewichte der Schichten ohne eigenes Format</translation>
    </message>
    <message>
        <source>One weight scale for what</source>
        <translation>Wofür je eine Gewichtsskala gilt</translation>
    </message>
    <message>
        <source>Activations of layers without a format of their own</source>
        <translation>Aktivierungen der Schichten ohne eigenes Format</translation>
    </message>
    <message>
        <source>Reset layers</source>
        <translation>Schichten zurücksetzen</translation>
    </message>
    <message>
        <source>Lets every layer that is not locked follow these defaults again.</source>
        <translation>Lässt jede nicht gesperrte Schicht wieder diesen Vorgaben folgen.</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Activations</source>
        <translation>Aktivierungen</translation>
    </message>
    <message>
        <source>Weights %1</source>
        <translation>Gewichte %1</translation>
    </message>
    <message>
        <source>Activations %1</source>
        <translation>Aktivierungen %1</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>Raster</translation>
    </message>
    <message>
        <source>Whether zero lies in the middle, and whether scales are powers of two.</source>
        <translation>Ob die Null in der Mitte liegt und ob Skalen Zweierpotenzen sind.</translation>
    </message>
    <message>
        <source>Grid of %1</source>
        <translation>Raster: %1</translation>
    </message>
    <message>
        <source>First and last layer at 8 bits</source>
        <translation>Erste und letzte Schicht mit 8 Bit</translation>
    </message>
</context>
<context>
    <name>lathe::PrecisionPage</name>
    <message>
        <source>Error by layer and channel</source>
        <translation>Fehler nach Schicht und Kanal</translation>
    </message>
    <message>
        <source>Measuring the plan on the probe set…</source>
        <translation>Der Plan wird auf den Messproben gemessen …</translation>
    </message>
    <message>
        <source>Error by channel</source>
        <translation>Fehler nach Kanal</translation>
    </message>
    <message>
        <source>SQNR of each channel of each layer&apos;s activations: quantized run against float run on the probe set, errors of all layers before included.</source>
        <translation>SQNR jedes Kanals der Aktivierungen jeder Schicht: quantisierter gegen Gleitkommalauf auf den Messproben, Fehler aller Schichten davor eingeschlossen.</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>Noch kein Modell</translation>
    </message>
    <message>
        <source>Open a model and calibrate it; then choose here how many bits each layer gets.</source>
        <translation>Öffnen und kalibrieren Sie ein Modell; dann wählen Sie hier, wie viele Bits jede Schicht bekommt.</translation>
    </message>
    <message>
        <source>Go to the model</source>
        <translation>Zum Modell</translation>
    </message>
    <message>
        <source>This model cannot run</source>
        <translation>Dieses Modell kann nicht laufen</translation>
    </message>
    <message>
        <source>Not calibrated yet</source>
        <translation>Noch nicht kalibriert</translation>
    </message>
    <message>
        <source>Ranges come from data: calibrate first, then every choice of bits shows its cost at once.</source>
        <translation>Bereiche kommen aus Daten: kalibrieren Sie zuerst, dann zeigt jede Wahl der Bits sofort, was sie kostet.</translation>
    </message>
    <message>
        <source>Ranges come from data: open a data set and calibrate, then every choice of bits shows its cost at once.</source>
        <translation>Bereiche kommen aus Daten: öffnen Sie einen Datensatz und kalibrieren Sie, dann zeigt jede Wahl der Bits sofort, was sie kostet.</translation>
    </message>
    <message numerus="yes">
        <source>Calibrate on %n samples</source>
        <translation>
            <numerusform>Auf %n Probe kalibrieren</numerusform>
            <numerusform>Auf %n Proben kalibrieren</numerusform>
        </translation>
    </message>
    <message>
        <source>Go to the data</source>
        <translation>Zu den Daten</translation>
    </message>
</context>
<context>
    <name>lathe::ProfilePage</name>
    <message>
        <source>Profile on this machine</source>
        <translation>Profil auf diesem Rechner messen</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Threads</translation>
    </message>
    <message>
        <source>Threads that compute one sample together.</source>
        <translation>Threads, die zusammen eine Probe rechnen.</translation>
    </message>
    <message numerus="yes">
        <source>%n threads</source>
        <translation>
            <numerusform>%n Thread</numerusform>
            <numerusform>%n Threads</numerusform>
        </translation>
    </message>
    <message>
        <source>One sample</source>
        <translation>Eine Probe</translation>
    </message>
    <message>
        <source>This machine, measured just now</source>
        <translation>Dieser Rechner, eben gemessen</translation>
    </message>
    <message>
        <source>Time by layer</source>
        <translation>Zeit nach Schicht</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>Gleitkomma</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>Median of whole runs of the float program.</source>
        <translation>Median ganzer Läufe des Gleitkommaprogramms.</translation>
    </message>
    <message>
        <source>Integer</source>
        <translation>Ganzzahlig</translation>
    </message>
    <message>
        <source>Median of whole runs of the quantized program on 8-bit kernels.</source>
        <translation>Median ganzer Läufe des quantisierten Programms auf 8-Bit-Kerneln.</translation>
    </message>
    <message>
        <source>Threads that the probes and the model ran with.</source>
        <translation>Threads, mit denen Messungen und Modell liefen.</translation>
    </message>
    <message>
        <source>Float32</source>
        <translation>Float32</translation>
    </message>
    <message>
        <source>%1 GFLOP/s</source>
        <translation>%1 GFLOP/s</translation>
    </message>
    <message>
        <source>A matrix product in the caches; multiplication and addition count as two.</source>
        <translation>Ein Matrixprodukt in den Caches; Multiplikation und Addition zählen als zwei.</translation>
    </message>
    <message>
        <source>u8 × s8</source>
        <translation>u8 × s8</translation>
    </message>
    <message>
        <source>%1 Gop/s</source>
        <translation>%1 Gop/s</translation>
    </message>
    <message>
        <source>The same product on bytes.</source>
        <translation>Dasselbe Produkt auf Bytes.</translation>
    </message>
    <message>
        <source>Copy %1</source>
        <translation>Kopie %1</translation>
    </message>
    <message>
        <source>%1 GB/s</source>
        <translation>%1 GB/s</translation>
    </message>
    <message>
        <source>Bytes read and written by copying a working set of this size: small ones stay in the caches.</source>
        <translation>Gelesene und geschriebene Bytes beim Kopieren eines Arbeitsbereichs dieser Größe: kleine bleiben in den Caches.</translation>
    </message>
    <message>
        <source>Slowest, ms</source>
        <translation>Langsamste, ms</translation>
    </message>
    <message>
        <source>float</source>
        <translation>Gleitkomma</translation>
    </message>
    <message>
        <source>integer</source>
        <translation>ganzzahlig</translation>
    </message>
    <message>
        <source>Of the float model alone: profile again to see the quantized one beside it.</source>
        <translation>Nur vom Gleitkommamodell: messen Sie neu, um das quantisierte daneben zu sehen.</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>Noch kein Modell</translation>
    </message>
    <message>
        <source>Open a model; this page then measures where its time goes on this machine.</source>
        <translation>Öffnen Sie ein Modell; diese Seite misst dann, wo auf diesem Rechner seine Zeit bleibt.</translation>
    </message>
    <message>
        <source>This model cannot run</source>
        <translation>Dieses Modell kann nicht laufen</translation>
    </message>
    <message>
        <source>Not profiled yet</source>
        <translation>Noch kein Profil</translation>
    </message>
    <message>
        <source>Times every layer and holds it against what this machine can do: operations and bytes a second, measured first. Calibrated models are timed in float and quantized.</source>
        <translation>Misst die Zeit jeder Schicht und hält sie gegen das, was dieser Rechner kann: Operationen und Bytes je Sekunde, zuvor gemessen. Kalibrierte Modelle werden in Gleitkomma und quantisiert gemessen.</translation>
    </message>
    <message>
        <source>Go to the model</source>
        <translation>Zum Modell</translation>
    </message>
</context>
<context>
    <name>lathe::ProjectStore</name>
    <message>
        <source>The project could not be saved</source>
        <translation>Das Projekt konnte nicht gespeichert werden</translation>
    </message>
</context>
<context>
    <name>lathe::Rail</name>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>%1 (Ctrl+%2)</source>
        <translation>%1 (Strg+%2)</translation>
    </message>
</context>
<context>
    <name>lathe::SampleLoader</name>
    <message>
        <source>Loading samples</source>
        <translation>Proben werden geladen</translation>
    </message>
    <message>
        <source>A sample could not be loaded</source>
        <translation>Eine Probe konnte nicht geladen werden</translation>
    </message>
</context>
<context>
    <name>lathe::SampleStrip</name>
    <message>
        <source>class %1</source>
        <translation>Klasse %1</translation>
    </message>
</context>
<context>
    <name>lathe::Session</name>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Where.</source>
        <translation>Wo.</translation>
    </message>
    <message>
        <source>Why not</source>
        <translation>Warum nicht</translation>
    </message>
    <message>
        <source>Why this file format or runtime cannot take it.</source>
        <translation>Warum dieses Dateiformat oder diese Laufzeit es nicht nimmt.</translation>
    </message>
    <message>
        <source>Nearest choice</source>
        <translation>Nächste Wahl</translation>
    </message>
    <message>
        <source>What can be written instead.</source>
        <translation>Was sich stattdessen schreiben lässt.</translation>
    </message>
    <message>
        <source>Unsaved project</source>
        <translation>Ungespeichertes Projekt</translation>
    </message>
    <message numerus="yes">
        <source>%n nodes of it have no kernel yet, the first being %1. The model can be looked at, not calibrated.</source>
        <translation>
            <numerusform>%n seiner Knoten hat noch keinen Kernel: %1. Das Modell lässt sich ansehen, nicht kalibrieren.</numerusform>
            <numerusform>%n seiner Knoten haben noch keinen Kernel, der erste ist %1. Das Modell lässt sich ansehen, nicht kalibrieren.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n layers</source>
        <translation>
            <numerusform>%n Schicht</numerusform>
            <numerusform>%n Schichten</numerusform>
        </translation>
    </message>
    <message>
        <source>weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>activations</source>
        <translation>Aktivierungen</translation>
    </message>
    <message>
        <source>weights and activations</source>
        <translation>Gewichte und Aktivierungen</translation>
    </message>
    <message numerus="yes">
        <source>%n bits</source>
        <translation>
            <numerusform>%n Bit</numerusform>
            <numerusform>%n Bits</numerusform>
        </translation>
    </message>
    <message>
        <source>float</source>
        <translation>Gleitkomma</translation>
    </message>
    <message>
        <source>%1: %2 to %3</source>
        <translation>%1: %2 auf %3</translation>
    </message>
    <message>
        <source>Unlock %1</source>
        <translation>%1 entsperren</translation>
    </message>
    <message>
        <source>Lock %1</source>
        <translation>%1 sperren</translation>
    </message>
    <message>
        <source>%1: clipping range by hand</source>
        <translation>%1: Bereich von Hand</translation>
    </message>
    <message>
        <source>%1: clipping range by the method</source>
        <translation>%1: Bereich nach Verfahren</translation>
    </message>
    <message>
        <source>Range method %1</source>
        <translation>Bereichsverfahren %1</translation>
    </message>
    <message>
        <source>Reset layers</source>
        <translation>Schichten zurücksetzen</translation>
    </message>
    <message>
        <source>Opening %1</source>
        <translation>%1 wird geöffnet</translation>
    </message>
    <message>
        <source>%1 could not be opened</source>
        <translation>%1 konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>Plan from file</source>
        <translation>Plan aus Datei</translation>
    </message>
    <message>
        <source>The data set waits for a model</source>
        <translation>Der Datensatz wartet auf ein Modell</translation>
    </message>
    <message>
        <source>Data is prepared for the inputs of a model.</source>
        <translation>Daten werden für die Eingänge eines Modells aufbereitet.</translation>
    </message>
    <message>
        <source>Open the model next; the data set is opened right after it.</source>
        <translation>Öffnen Sie als Nächstes das Modell; der Datensatz wird gleich danach geöffnet.</translation>
    </message>
    <message>
        <source>Calibrating</source>
        <translation>Kalibrierung</translation>
    </message>
    <message>
        <source>Calibration failed</source>
        <translation>Die Kalibrierung ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>Validating</source>
        <translation>Validierung</translation>
    </message>
    <message>
        <source>Validation failed</source>
        <translation>Die Validierung ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>Running %1</source>
        <translation>%1 läuft</translation>
    </message>
    <message>
        <source>The algorithms did not finish</source>
        <translation>Die Algorithmen wurden nicht fertig</translation>
    </message>
    <message>
        <source>Measuring loss per KiB</source>
        <translation>Verlust je KiB wird gemessen</translation>
    </message>
    <message>
        <source>The loss per KiB could not be measured</source>
        <translation>Der Verlust je KiB konnte nicht gemessen werden</translation>
    </message>
    <message>
        <source>Profiling</source>
        <translation>Profil wird gemessen</translation>
    </message>
    <message>
        <source>The model could not be profiled</source>
        <translation>Das Profil konnte nicht gemessen werden</translation>
    </message>
    <message>
        <source>Exporting %1</source>
        <translation>%1 wird exportiert</translation>
    </message>
    <message>
        <source>The model was not exported</source>
        <translation>Das Modell wurde nicht exportiert</translation>
    </message>
    <message>
        <source>Making %1</source>
        <translation>%1 wird erstellt</translation>
    </message>
    <message>
        <source>The bundle was not made</source>
        <translation>Das Bündel wurde nicht erstellt</translation>
    </message>
    <message>
        <source>Making a key</source>
        <translation>Schlüssel wird erzeugt</translation>
    </message>
    <message>
        <source>The key was not made</source>
        <translation>Der Schlüssel wurde nicht erzeugt</translation>
    </message>
    <message>
        <source>Checking %1</source>
        <translation>%1 wird geprüft</translation>
    </message>
    <message>
        <source>The bundle is not good</source>
        <translation>Das Bündel ist nicht in Ordnung</translation>
    </message>
    <message>
        <source>Saving %1</source>
        <translation>%1 wird gespeichert</translation>
    </message>
    <message>
        <source>The plan was not saved</source>
        <translation>Der Plan wurde nicht gespeichert</translation>
    </message>
    <message>
        <source>%1: scales of weights by %2</source>
        <translation>%1: Skalen der Gewichte: %2</translation>
    </message>
    <message>
        <source>%1: grid of %2</source>
        <translation>%1: Raster: %2</translation>
    </message>
    <message>
        <source>%1: clipping range of weights by hand</source>
        <translation>%1: Bereich der Gewichte von Hand</translation>
    </message>
    <message>
        <source>%1: clipping range of weights by the method</source>
        <translation>%1: Bereich der Gewichte nach Verfahren</translation>
    </message>
    <message>
        <source>Target %1</source>
        <translation>Ziel %1</translation>
    </message>
    <message>
        <source>Nearest choices of %1</source>
        <translation>Nächste Wahl von %1</translation>
    </message>
    <message>
        <source>Reading a target profile</source>
        <translation>Ein Zielprofil wird gelesen</translation>
    </message>
    <message>
        <source>The target profile cannot be used</source>
        <translation>Das Zielprofil ist nicht verwendbar</translation>
    </message>
    <message>
        <source>Choosing bits</source>
        <translation>Bits werden gewählt</translation>
    </message>
    <message>
        <source>No bits were chosen</source>
        <translation>Es wurden keine Bits gewählt</translation>
    </message>
</context>
<context>
    <name>lathe::SummaryChart</name>
    <message numerus="yes">
        <source>%1 (%n more not shown)</source>
        <translation>
            <numerusform>%1 (%n weiterer nicht gezeigt)</numerusform>
            <numerusform>%1 (%n weitere nicht gezeigt)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>lathe::TopBar</name>
    <message>
        <source>Validate</source>
        <translation>Validieren</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>Kein Modell</translation>
    </message>
    <message>
        <source>Open a model with Ctrl+O.</source>
        <translation>Öffnen Sie ein Modell mit Strg+O.</translation>
    </message>
    <message>
        <source>No data</source>
        <translation>Keine Daten</translation>
    </message>
    <message>
        <source>%1
%2 calibration samples, %3 validation samples</source>
        <translation>%1
%2 Kalibrierproben, %3 Validierungsproben</translation>
    </message>
    <message>
        <source>Drop a dataset file or a folder of images.</source>
        <translation>Ziehen Sie eine Datensatzdatei oder einen Ordner mit Bildern hierher.</translation>
    </message>
    <message>
        <source>The target decides where a graph is quantized. &quot;generic&quot;: ONNX Runtime&apos;s rules.</source>
        <translation>Das Ziel entscheidet, wo ein Graph quantisiert wird. „generic“: die Regeln von ONNX Runtime.</translation>
    </message>
    <message>
        <source>Runs float and quantized model on the validation split (Ctrl+R).</source>
        <translation>Rechnet Gleitkomma- und quantisiertes Modell auf den Validierungsproben (Strg+R).</translation>
    </message>
    <message>
        <source>Needs a model, data and a calibration first.</source>
        <translation>Braucht zuerst ein Modell, Daten und eine Kalibrierung.</translation>
    </message>
    <message numerus="yes">
        <source>%n validation samples</source>
        <translation>
            <numerusform>%n Validierungsprobe</numerusform>
            <numerusform>%n Validierungsproben</numerusform>
        </translation>
    </message>
    <message>
        <source>probe set</source>
        <translation>den Messproben</translation>
    </message>
</context>
<context>
    <name>lathe::ValidationPage</name>
    <message>
        <source>Arithmetic</source>
        <translation>Arithmetik</translation>
    </message>
    <message>
        <source>Simulated: as fused integer kernels</source>
        <translation>Simuliert: wie verschmolzene Ganzzahlkernel</translation>
    </message>
    <message>
        <source>Literal: Q/DQ pairs in float</source>
        <translation>Wörtlich: Q/DQ-Paare in Gleitkomma</translation>
    </message>
    <message>
        <source>Integer: 8-bit kernels of this computer</source>
        <translation>Ganzzahlig: 8-Bit-Kernel dieses Rechners</translation>
    </message>
    <message>
        <source>Saturating: x86 without VNNI</source>
        <translation>Sättigend: x86 ohne VNNI</translation>
    </message>
    <message>
        <source>Simulated computes in code space what fused integer kernels compute, and integer runs such kernels; literal executes every Quantize and Dequantize in float32, as runtimes without fusion do; saturating shows what processors without VNNI make of 8-bit products, which they add in pairs of 16 bits.</source>
        <translation>Simuliert rechnet auf Codes, was verschmolzene Ganzzahlkernel rechnen, und ganzzahlig führt solche Kernel aus; wörtlich führt jedes Quantize und Dequantize in float32 aus, wie Laufzeiten ohne Verschmelzung; sättigend zeigt, was Prozessoren ohne VNNI aus 8-Bit-Produkten machen, die sie paarweise in 16 Bit addieren.</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>Earlier runs of this project.</source>
        <translation>Frühere Läufe dieses Projekts.</translation>
    </message>
    <message>
        <source>Nothing unusual: no NaN, no infinity, no zero scale, little clipping.</source>
        <translation>Nichts Ungewöhnliches: kein NaN, kein Unendlich, keine Skala null, wenig beschnitten.</translation>
    </message>
    <message>
        <source>Every layer is exact.</source>
        <translation>Jede Schicht ist exakt.</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Güte</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgänge</translation>
    </message>
    <message>
        <source>Numeric health</source>
        <translation>Zahlengesundheit</translation>
    </message>
    <message>
        <source>Layers that hurt most</source>
        <translation>Schichten, die am meisten kosten</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>Proben</translation>
    </message>
    <message numerus="yes">
        <source>%n samples</source>
        <translation>
            <numerusform>%n Probe</numerusform>
            <numerusform>%n Proben</numerusform>
        </translation>
    </message>
    <message>
        <source>Layers (%1)</source>
        <translation>Schichten (%1)</translation>
    </message>
    <message>
        <source>Samples (%1, %2 changed)</source>
        <translation>Proben (%1, %2 geändert)</translation>
    </message>
    <message>
        <source>Samples (%1)</source>
        <translation>Beispiele (%1)</translation>
    </message>
    <message>
        <source>SQNR, dB (short bars hurt)</source>
        <translation>SQNR, dB (kurze Balken kosten)</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>activations</source>
        <translation>Aktivierungen</translation>
    </message>
    <message>
        <source>%1, %2 %3 dB</source>
        <translation>%1, %2 %3 dB</translation>
    </message>
    <message numerus="yes">
        <source>Validate on %n samples</source>
        <translation>
            <numerusform>Auf %n Probe validieren</numerusform>
            <numerusform>Auf %n Proben validieren</numerusform>
        </translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>Noch kein Modell</translation>
    </message>
    <message>
        <source>Open a model; after calibration this page measures what quantization costs.</source>
        <translation>Öffnen Sie ein Modell; nach der Kalibrierung misst diese Seite, was die Quantisierung kostet.</translation>
    </message>
    <message>
        <source>Go to the model</source>
        <translation>Zum Modell</translation>
    </message>
    <message>
        <source>This model cannot run</source>
        <translation>Dieses Modell kann nicht laufen</translation>
    </message>
    <message>
        <source>Not calibrated yet</source>
        <translation>Noch nicht kalibriert</translation>
    </message>
    <message>
        <source>Validation compares the quantized model with the float one on samples that calibration never saw. Calibrate first.</source>
        <translation>Die Validierung vergleicht das quantisierte Modell mit dem in Gleitkomma auf Proben, die die Kalibrierung nie gesehen hat. Kalibrieren Sie zuerst.</translation>
    </message>
    <message>
        <source>Go to the data</source>
        <translation>Zu den Daten</translation>
    </message>
    <message>
        <source>Not validated yet</source>
        <translation>Noch nicht validiert</translation>
    </message>
    <message numerus="yes">
        <source>Runs float and quantized model on %n samples and says what is lost, with its interval, and which layers lose it.</source>
        <translation>
            <numerusform>Rechnet Gleitkomma- und quantisiertes Modell auf %n Probe und sagt, was verloren geht, mit Intervall, und welche Schichten es verlieren.</numerusform>
            <numerusform>Rechnet Gleitkomma- und quantisiertes Modell auf %n Proben und sagt, was verloren geht, mit Intervall, und welche Schichten es verlieren.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n samples so far</source>
        <translation>
            <numerusform>bisher %n Probe</numerusform>
            <numerusform>bisher %n Proben</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Stopped after %n samples; not stored</source>
        <translation>
            <numerusform>Nach %n Probe angehalten; nicht gespeichert</numerusform>
            <numerusform>Nach %n Proben angehalten; nicht gespeichert</numerusform>
        </translation>
    </message>
    <message>
        <source>Of an earlier plan: validate again to measure the present one.</source>
        <translation>Von einem früheren Plan: validieren Sie neu, um den jetzigen zu messen.</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>Befunde</translation>
    </message>
    <message>
        <source>Findings (%1)</source>
        <translation>Befunde (%1)</translation>
    </message>
</context>
<context>
    <name>lathe::WhatIfRunner</name>
    <message>
        <source>Preparing estimates</source>
        <translation>Schätzungen werden vorbereitet</translation>
    </message>
    <message>
        <source>The probe set could not be prepared</source>
        <translation>Die Messproben konnten nicht vorbereitet werden</translation>
    </message>
    <message>
        <source>Estimating</source>
        <translation>Schätzung</translation>
    </message>
    <message>
        <source>The plan could not be measured</source>
        <translation>Der Plan konnte nicht gemessen werden</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>A workbench that turns a neural network down to the bits it needs.</source>
        <translation>Eine Werkbank, die ein neuronales Netz auf die Bits bringt, die es braucht.</translation>
    </message>
    <message>
        <source>Open the sample model and its data.</source>
        <translation>Öffnet das Beispielmodell und seine Daten.</translation>
    </message>
    <message>
        <source>Models, projects, dataset files, plans, or folders of images.</source>
        <translation>Modelle, Projekte, Datensatzdateien, Pläne oder Ordner mit Bildern.</translation>
    </message>
</context>
<context>
    <name>open</name>
    <message>
        <source>%1 could not be opened</source>
        <translation>%1 konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>The project %1 could not be opened</source>
        <translation>Das Projekt %1 konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>The model %1 could not be opened</source>
        <translation>Das Modell %1 konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>The data set %1 could not be opened</source>
        <translation>Der Datensatz %1 konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>The folder %1 could not be opened</source>
        <translation>Der Ordner %1 konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>The plan %1 could not be opened</source>
        <translation>Der Plan %1 konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>The model of the project, %1, could not be opened</source>
        <translation>Das Modell des Projekts, %1, konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>The data set of the project, %1, could not be opened</source>
        <translation>Der Datensatz des Projekts, %1, konnte nicht geöffnet werden</translation>
    </message>
    <message>
        <source>The target profile of the project %1 could not be read</source>
        <translation>Das Zielprofil des Projekts %1 war nicht lesbar</translation>
    </message>
</context>
</TS>
